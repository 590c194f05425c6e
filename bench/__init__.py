"""Benchmarks: one claim each, measured beside the least the same work could cost."""
