"""Recordings: from the switch's raw file to a checked WAV with its waveform and its row."""
