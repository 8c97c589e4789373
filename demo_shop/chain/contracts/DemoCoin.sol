// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice The demo's coin: six decimals as USDC has, and anybody may make more of it, since it is
/// worth nothing.
contract DemoCoin is ERC20 {
    constructor() ERC20("Demo dollar", "USDC") {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 units) external {
        _mint(to, units);
    }
}
