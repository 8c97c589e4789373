"""Money on chains: what is watched, credited, sent and swept; `Web3Desk` holds the parts."""
