"""Configuration of the lit suite: what a test is, and what a RUN line may say."""

import ctypes.util
import glob
import os
import platform
import shutil
import subprocess

import lit.formats
from lit.llvm import llvm_config

config.name = "QUANT_EXT_PLUGIN" if config.quant_ext_plugin else "QUANT_EXT"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test"]
config.excludes = ["CMakeLists.txt", "Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(
    config.quant_ext_obj_root,
    "test-plugin" if config.quant_ext_plugin else "test")

llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.use_default_substitutions()

# IR is verified between passes in every test.
quant_opt = os.path.join(config.quant_ext_tools_dir, "quant-opt")
if config.quant_ext_plugin:
    quant_opt = "%s --load-dialect-plugin=%s --load-pass-plugin=%s" % (
        os.path.join(config.llvm_tools_dir, "mlir-opt"),
        config.quant_ext_plugin, config.quant_ext_plugin)
    # Assembly by the minute, the same whichever tool makes the LLVM dialect.
    config.excludes += ["dynamic-sizes.test", "packed.test", "whole-vectors.test"]
else:
    # Of tests of the tool itself: what it prints of itself, its own options.
    config.available_features.add("quant-opt")

# Ahead of what lit itself calls %python: tests want the one that has onnx.
config.substitutions.insert(0, ("%python", config.python_executable))
config.substitutions += [
    ("%quant-opt", quant_opt),
    # A third faster, for the lowering of what a test beside it, for another
    # target, has the verifier look at after each pass; on one thread, because as
    # many tests run as there are cores.
    ("%unverified-quant-opt",
     quant_opt + " --verify-each=0 --mlir-disable-threading"),
    # Two fifths less code for tests of many small operations: stores that bypass
    # the caches are for what no cache holds, and have tests of their own.
    ("%cached-stores", "min-bytes-to-stream=-1"),
    ("%quant-ext-lsp-server",
     os.path.join(config.quant_ext_tools_dir, "quant-ext-lsp-server")),
    ("%quant-ext-reduce",
     os.path.join(config.quant_ext_tools_dir, "quant-ext-reduce")),
    ("%quant-exhaustive",
     os.path.join(config.quant_ext_tools_dir, "quant-exhaustive")),
    ("%other-architecture",
     "aarch64" if platform.machine() == "x86_64" else "x86-64-v2"),
    ("%openmp-library", os.path.join(config.mlir_lib_dir, "libomp.so")),
    ("%quant-bench", os.path.join(config.quant_ext_tools_dir, "quant-bench")),
    ("%mlir-runner", os.path.join(config.llvm_tools_dir, "mlir-runner")),
    ("%mlir-translate", os.path.join(config.llvm_tools_dir, "mlir-translate")),
    ("%mlir-opt", os.path.join(config.llvm_tools_dir, "mlir-opt")),
    ("%llc", os.path.join(config.llvm_tools_dir, "llc")),
    # Ahead of the shorter name, which it begins with.
    ("%clang\\+\\+", os.path.join(config.llvm_tools_dir, "clang++")),
    ("%clang", os.path.join(config.llvm_tools_dir, "clang")),
    ("%cmake", config.cmake_command),
    ("%mlir_lib_dir", config.mlir_lib_dir),
    ("%plugin", os.path.join(config.quant_ext_lib_dir, "QuantExtPlugin.so")),
    # Programs in C on the library as it was built, of a file and -o that follow.
    ("%capi-clang", " ".join([
        os.path.join(config.llvm_tools_dir, "clang"),
        "-std=c11 -Wall -Wextra -Werror",
        "-fsanitize=thread" if config.sanitizer == "Thread" else "",
        "-I", os.path.join(config.quant_ext_src_root, "include"),
        "-I", config.mlir_include_dir, "-L", config.quant_ext_lib_dir,
        "-lQuantExtCAPI -lpthread -Wl,-rpath," + config.quant_ext_lib_dir])),
    ("%import_onnx", "%s %s" % (config.python_executable, os.path.join(
        config.quant_ext_src_root, "tools", "import-onnx", "import_onnx.py"))),
    ("%src_root", config.quant_ext_src_root),
    ("%obj_root", config.quant_ext_obj_root),
    ("%docs_dir", os.path.join(config.quant_ext_obj_root, "docs")),
]


def host_features():
    """The instruction sets that this machine can run, as lit features."""
    if platform.machine() != "x86_64":
        return []
    flags = set()
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("flags"):
                flags = set(line.split(":", 1)[1].split())
                break
    features = ["host-x86"]
    if {"avx2", "fma", "f16c", "bmi2"} <= flags:
        features.append("host-avx2")
    if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags:
        features.append("host-avx512")
        if "avx512_bf16" in flags:
            features.append("host-avx512-bf16")
        if "avx512_vnni" in flags:
            features.append("host-avx512-vnni")
    return features


def has_module(name):
    """Whether the tests' Python can import a package."""
    command = [config.python_executable, "-c", "import " + name]
    return subprocess.run(command, capture_output=True).returncode == 0


# Where Debian's cross packages for Arm install: there is no other copy of a C
# library that a test could be linked against.
aarch64_sysroot = "/usr/aarch64-linux-gnu"
aarch64_lib = os.path.join(aarch64_sysroot, "lib")
# A CPU that has nothing later than what target=aarch64 promises, so that other
# instructions trap.
aarch64_emulator = ["qemu-aarch64", "-cpu", "cortex-a53", "-L", aarch64_sysroot]


def can_run_aarch64():
    """Whether programs for Arm can be linked, and do run."""
    if not os.path.exists(os.path.join(aarch64_lib, "crt1.o")):
        return False
    loader = os.path.join(aarch64_lib, "ld-linux-aarch64.so.1")
    try:
        return subprocess.run([*aarch64_emulator, loader, "--version"],
                              capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


config.substitutions += [
    # The C library by its file's name: its linker script has absolute names,
    # which lld looks for below the sysroot. No startup files of GCC: they would
    # need the cross packages of a whole compiler.
    ("%aarch64-clang", " ".join([
        os.path.join(config.llvm_tools_dir, "clang"), "--target=aarch64-linux-gnu",
        "--sysroot=" + aarch64_sysroot, "-fuse-ld=lld", "-nostdlib",
        "-Wno-override-module", os.path.join(aarch64_lib, "crt1.o"),
        os.path.join(aarch64_lib, "libc.so.6")])),
    # Ahead of the shorter name, which it begins with.
    ("%aarch64-run-dotprod", " ".join(
        "cortex-a76" if word == "cortex-a53" else word
        for word in aarch64_emulator)),
    ("%aarch64-run", " ".join(aarch64_emulator)),
]

config.available_features.update(host_features())
if can_run_aarch64():
    config.available_features.add("qemu-aarch64")
if platform.machine() == "x86_64" and shutil.which("qemu-x86_64"):
    config.available_features.add("qemu-x86_64")
if has_module("onnx"):
    config.available_features.add("onnx")
if has_module("onnxruntime"):
    config.available_features.add("onnxruntime-module")
if has_module("ml_dtypes"):
    config.available_features.add("ml-dtypes")
if has_module("torch_mlir.ir, iree.compiler"):
    config.available_features.add("producers")

if os.path.exists(os.path.join(config.mlir_lib_dir, "libomp.so")):
    config.available_features.add("openmp")

# The distribution's LLVM has no AddressSanitizer in it: what one side allocates, or
# marks as not to be touched, the other side frees and uses.
if config.sanitizer == "Address":
    config.available_features.add("asan")
    config.environment["ASAN_OPTIONS"] = ":".join([
        "alloc_dealloc_mismatch=0", "allow_user_poisoning=0",
        "detect_container_overflow=0", "detect_leaks=0"])

# What it reports of objects that the distribution's MLIR counts the users of is
# suppressed: it does not see those counts.
if config.sanitizer == "Thread":
    config.available_features.add("tsan")
    config.environment["TSAN_OPTIONS"] = "exitcode=66 suppressions=" + os.path.join(
        config.test_source_root, "tsan-suppressions.txt")

# Left out where the build did not find Google Benchmark. With AddressSanitizer it
# would load peers that do not know of it.
if config.has_quant_bench and config.sanitizer != "Address":
    config.available_features.add("quant-bench")
if glob.glob(os.path.join(config.quant_ext_obj_root, "venv", "lib", "*",
                          "site-packages", "onnxruntime", "capi",
                          "libonnxruntime.so*")):
    config.available_features.add("onnxruntime")

if glob.glob(os.path.join(config.quant_ext_obj_root, "venv", "lib", "libdnnl.so*")):
    config.available_features.add("onednn")
if ctypes.util.find_library("XNNPACK"):
    config.available_features.add("xnnpack")

# Targets that a run promises must not silently turn into unsupported tests.
for target in os.environ.get("QUANT_EXT_MANDATORY_TARGETS", "").split():
    if target not in config.available_features:
        lit_config.fatal("target '%s' is mandatory, but this machine has only: %s"
                         % (target, " ".join(sorted(config.available_features))))
