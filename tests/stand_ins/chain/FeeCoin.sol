// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A coin that keeps a tenth of what is sent, and whose event says that all of it came.
contract FeeCoin {
    string public constant symbol = "FEE";
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function mint(address to, uint256 units) external {
        balanceOf[to] += units;
        emit Transfer(address(0), to, units);
    }

    function transfer(address to, uint256 units) external returns (bool) {
        balanceOf[msg.sender] -= units;
        balanceOf[to] += units - units / 10;
        emit Transfer(msg.sender, to, units);
        return true;
    }
}
