#!/usr/bin/env bash
# Fuzzes each target for so many seconds, from its seeds and from what earlier runs found. Usage: run.sh SECONDS [TARGET...]
#
# libFuzzer works with the stable toolchain: the compiler's own pass counts which code ran, and the crate libfuzzer-sys
# brings the rest.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:?seconds for each target}
shift
host=$(rustc -vV | sed -n 's/^host: //p')
instrumented="--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1"
for option in level=4 inline-8bit-counters pc-table trace-compares; do
    instrumented+=" -Cllvm-args=-sanitizer-coverage-$option"
done
# With --target, only what is fuzzed is instrumented, and no build script.
RUSTFLAGS=$instrumented cargo build --locked --package rollcall-fuzz --profile fuzz --target "$host" --target-dir target/fuzz
program=target/fuzz/$host/fuzz/rollcall-fuzz
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(cd tests/fuzz/seeds && printf '%s\n' *)
fi
failed=()
for target in "${targets[@]}"; do
    corpus=tests/fuzz/corpus/$target
    mkdir -p "$corpus" tests/fuzz/crashes
    echo "== $target: $seconds s"
    ROLLCALL_FUZZ_TARGET=$target "$program" -max_total_time="$seconds" -max_len=8192 -timeout=5 -rss_limit_mb=512 \
        -print_final_stats=1 -verbosity=0 -artifact_prefix="tests/fuzz/crashes/$target-" \
        "$corpus" "tests/fuzz/seeds/$target" || failed+=("$target")
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "These targets failed; what they failed on is in tests/fuzz/crashes: ${failed[*]}"
    exit 1
fi
