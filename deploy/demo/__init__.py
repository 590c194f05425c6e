"""One way to deploy: everything on one machine with a simulated WeCom and a sample hospital."""
