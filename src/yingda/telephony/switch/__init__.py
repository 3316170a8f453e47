"""The switch itself: obtaining Asterisk, writing its configuration, starting it."""
