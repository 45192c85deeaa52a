#!/bin/sh
# Check a folder of segments in CI: written in the one way, without mistakes, reviewed, tested.
set -eu
segql fmt --check --diff "$1"
segql check --format github "$1"
segql lint --strict --format github "$1"
segql test --strict "$1"
