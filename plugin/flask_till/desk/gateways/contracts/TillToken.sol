// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Ownable2Step, Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Tokens that a desk sells: one number for each, made when one is delivered.
/// @notice The desk's operator account owns the contract. It mints a number once, and sends on what
/// it holds itself by the usual safeTransferFrom; it has no power over what others hold.
contract TillToken is ERC721, Ownable2Step {
    string private _base;

    /// @param base The metadata of number 7 is at `base` followed by 7.
    constructor(string memory name_, string memory symbol_, string memory base, address owner)
        ERC721(name_, symbol_)
        Ownable(owner)
    {
        _base = base;
    }

    /// @notice Make the token of a number that nobody holds yet, for a recipient.
    /// @dev A contract must say that it takes tokens; a number that exists reverts.
    function mint(address to, uint256 number) external onlyOwner {
        _safeMint(to, number);
    }

    function _baseURI() internal view override returns (string memory) {
        return _base;
    }
}
