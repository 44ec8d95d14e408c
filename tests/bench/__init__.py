"""Measured figures: each beside a baseline of the same run, so that a ratio holds where the machine's speed drifts."""
