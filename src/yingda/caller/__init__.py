"""A SIP telephone without hands: stands for the carrier's line and for desk phones, on the command line and in tests.

Imports nothing of the product but `kit`: it meets the switch on the wire only, like any stranger's phone.
"""
