"""Yingda 应答, the open call centre."""

__version__ = "0.1.0"
