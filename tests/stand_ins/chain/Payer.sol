// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface Coin {
    function transfer(address to, uint256 units) external returns (bool);
}

/// @notice A contract that pays: several recipients in one transaction, and the native coin from
/// within, which no transaction shows. It takes no tokens of ERC-721.
contract Payer {
    receive() external payable {}

    function payCoins(address coin, address[] calldata to, uint256[] calldata units) external {
        for (uint256 i = 0; i < to.length; i++) {
            Coin(coin).transfer(to[i], units[i]);
        }
    }

    function payNative(address[] calldata to, uint256[] calldata units) external payable {
        for (uint256 i = 0; i < to.length; i++) {
            (bool sent, ) = to[i].call{value: units[i]}("");
            require(sent, "not sent");
        }
    }
}
