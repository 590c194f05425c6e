"""Secrets: sealed bytes, sealed columns, and what WeCom signs and encrypts."""
