// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice An honest coin with any number of decimals, which anybody may make more of. Two of them
/// with one symbol are look-alikes.
contract TestCoin is ERC20 {
    uint8 private immutable _decimals;
    bool private _frozen;

    constructor(string memory symbol_, uint8 decimals_) ERC20(symbol_, symbol_) {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function mint(address to, uint256 units) external {
        _mint(to, units);
    }

    /// @notice While it is frozen, every transfer reverts.
    function freeze(bool frozen) external {
        _frozen = frozen;
    }

    function _update(address from, address to, uint256 units) internal override {
        require(!_frozen, "frozen");
        super._update(from, to, units);
    }
}
