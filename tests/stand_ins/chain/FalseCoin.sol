// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A coin whose transfer moves nothing, says so by returning false, and leaves an event as
/// if it had worked.
contract FalseCoin {
    string public constant symbol = "FALSE";
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function mint(address to, uint256 units) external {
        balanceOf[to] += units;
        emit Transfer(address(0), to, units);
    }

    function transfer(address to, uint256 units) external returns (bool) {
        emit Transfer(msg.sender, to, units);
        return false;
    }
}
