//===- OrtApi.h - The part of ONNX Runtime's C API that is used -*- C++ -*-===//
//
// The packages carry the library without its header. The API is a table of
// functions to which later versions append and in which none moves: a function
// is known by its slot.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BENCH_ORTAPI_H
#define QUANT_BENCH_ORTAPI_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace quant_bench {

struct OrtStatus;
struct OrtEnv;
struct OrtSession;
struct OrtSessionOptions;
struct OrtMemoryInfo;
struct OrtValue;

/// Functions that can fail give null, or a status to be released.
class OrtApi {
public:
  explicit OrtApi(const void *const *table) : table(table) {}

  /// Whether it worked; else the message is in `error`.
  bool check(OrtStatus *status, std::string &error) const {
    if (!status)
      return true;
    error = call<const char *, const OrtStatus *>(2, status);
    call<void>(93, status);
    return false;
  }

  OrtStatus *createEnv(int severity, const char *name, OrtEnv **env) const {
    return call<OrtStatus *>(3, severity, name, env);
  }
  OrtStatus *createSession(const OrtEnv *env, const std::string &model,
                           const OrtSessionOptions *options,
                           OrtSession **session) const {
    return call<OrtStatus *, const OrtEnv *, const void *, size_t>(
        8, env, model.data(), model.size(), options, session);
  }
  OrtStatus *run(OrtSession *session, const char *const *inputNames,
                 const OrtValue *const *inputs, size_t inputCount,
                 const char *const *outputNames, size_t outputCount,
                 OrtValue **outputs) const {
    const void *runOptions = nullptr;
    return call<OrtStatus *>(9, session, runOptions, inputNames, inputs,
                             inputCount, outputNames, outputCount, outputs);
  }
  OrtStatus *createSessionOptions(OrtSessionOptions **options) const {
    return call<OrtStatus *>(10, options);
  }
  OrtStatus *setIntraOpNumThreads(OrtSessionOptions *options,
                                  int threads) const {
    return call<OrtStatus *>(24, options, threads);
  }
  OrtStatus *setInterOpNumThreads(OrtSessionOptions *options,
                                  int threads) const {
    return call<OrtStatus *>(25, options, threads);
  }
  OrtStatus *createTensor(const OrtMemoryInfo *info, void *data, size_t bytes,
                          const int64_t *dimensions, size_t rank, int type,
                          OrtValue **value) const {
    return call<OrtStatus *>(49, info, data, bytes, dimensions, rank, type,
                             value);
  }
  OrtStatus *createCpuMemoryInfo(int allocatorType, int memoryType,
                                 OrtMemoryInfo **info) const {
    return call<OrtStatus *>(69, allocatorType, memoryType, info);
  }
  OrtStatus *addSessionConfigEntry(OrtSessionOptions *options, const char *key,
                                   const char *value) const {
    return call<OrtStatus *>(130, options, key, value);
  }

  void release(OrtEnv *env) const { call<void>(92, env); }
  void release(OrtMemoryInfo *info) const { call<void>(94, info); }
  void release(OrtSession *session) const { call<void>(95, session); }
  void release(OrtValue *value) const { call<void>(96, value); }
  void release(OrtSessionOptions *options) const { call<void>(100, options); }

private:
  template <typename Result, typename... Args>
  Result call(size_t slot, Args... args) const {
    return reinterpret_cast<Result (*)(Args...)>(
        const_cast<void *>(table[slot]))(args...);
  }

  const void *const *table;
};

} // namespace quant_bench

#endif // QUANT_BENCH_ORTAPI_H
