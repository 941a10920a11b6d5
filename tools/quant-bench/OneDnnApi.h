//===- OneDnnApi.h - The C API of oneDNN ------------------------*- C++ -*-===//
//
// Declared are the few functions of version 3 that are used; the packages of
// Python carry the library apart from its headers.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BENCH_ONEDNNAPI_H
#define QUANT_BENCH_ONEDNNAPI_H

#include "Peer.h"

namespace quant_bench {

/// Handles are pointers, status 0 is success.
struct OneDnnApi {
  using Handle = void *;
  struct Version {
    int major, minor, patch;
  };
  /// An argument of a primitive: what it is, and the memory.
  struct Argument {
    int what;
    Handle memory;
  };

  const Version *(*version)();
  int (*createEngine)(Handle *, int kind, size_t index);
  int (*createStream)(Handle *, Handle engine, unsigned flags);
  int (*createDescription)(Handle *, int rank, const int64_t *dimensions,
                           int type, const int64_t *strides);
  int (*destroyDescription)(Handle);
  int (*createMemory)(Handle *, Handle description, Handle engine, void *data);
  int (*destroyMemory)(Handle);
  int (*createAttributes)(Handle *);
  int (*destroyAttributes)(Handle);
  int (*setScales)(Handle attributes, int argument, int mask);
  int (*setZeroPoints)(Handle attributes, int argument, int mask);
  int (*createReorder)(Handle *, Handle source, Handle sourceEngine,
                       Handle destination, Handle destinationEngine,
                       Handle attributes);
  int (*destroyReorder)(Handle);
  int (*createTagged)(Handle *, int rank, const int64_t *dimensions, int type,
                      int tag);
  int (*createMatmul)(Handle *, Handle engine, Handle source, Handle weights,
                      Handle bias, Handle destination, Handle attributes);
  Handle (*query)(Handle primitiveDescription, int what, int index);
  int (*createPrimitive)(Handle *, Handle reorder);
  int (*destroyPrimitive)(Handle);
  int (*execute)(Handle primitive, Handle stream, int count, const Argument *);
  int (*wait)(Handle stream);
  /// Of the runtime of its threads.
  void (*setThreads)(int);

  bool find(void *library, std::string &error) {
    Symbols symbols(library);
    symbols.find("dnnl_version", version);
    if (!symbols.check(error))
      return false;
    if (version()->major != 3) {
      error = "expected version 3, found " + std::to_string(version()->major);
      return false;
    }
    symbols.find("dnnl_engine_create", createEngine);
    symbols.find("dnnl_stream_create", createStream);
    symbols.find("dnnl_memory_desc_create_with_strides", createDescription);
    symbols.find("dnnl_memory_desc_destroy", destroyDescription);
    symbols.find("dnnl_memory_create", createMemory);
    symbols.find("dnnl_memory_destroy", destroyMemory);
    symbols.find("dnnl_primitive_attr_create", createAttributes);
    symbols.find("dnnl_primitive_attr_destroy", destroyAttributes);
    symbols.find("dnnl_primitive_attr_set_scales_mask", setScales);
    symbols.find("dnnl_primitive_attr_set_zero_points_mask", setZeroPoints);
    symbols.find("dnnl_reorder_primitive_desc_create", createReorder);
    symbols.find("dnnl_primitive_desc_destroy", destroyReorder);
    symbols.find("dnnl_memory_desc_create_with_tag", createTagged);
    symbols.find("dnnl_matmul_primitive_desc_create", createMatmul);
    symbols.find("dnnl_primitive_desc_query_md", query);
    symbols.find("dnnl_primitive_create", createPrimitive);
    symbols.find("dnnl_primitive_destroy", destroyPrimitive);
    symbols.find("dnnl_primitive_execute", execute);
    symbols.find("dnnl_stream_wait", wait);
    symbols.find("omp_set_num_threads", setThreads);
    return symbols.check(error);
  }

  /// Describes a tensor in memory, row by row; null where that fails.
  Handle describe(int type, llvm::ArrayRef<int64_t> dimensions) const {
    std::vector<int64_t> strides(dimensions.size());
    int64_t stride = 1;
    for (size_t i = dimensions.size(); i-- > 0; stride *= dimensions[i])
      strides[i] = stride;
    Handle description = nullptr;
    int status = createDescription(&description, dimensions.size(),
                                   dimensions.data(), type, strides.data());
    return status == 0 ? description : nullptr;
  }
};

/// Values of the API's enumerations.
enum { engineOfCpu = 1, streamInOrder = 1 };
enum {
  typeF16 = 1,
  typeBF16 = 2,
  typeF32 = 3,
  typeS32 = 4,
  typeS8 = 5,
  typeU8 = 6
};
enum {
  argumentFrom = 1,
  argumentTo = 17,
  argumentWeights = 33,
  argumentScales = 4096,
  argumentZeroPoints = 8192
};

enum { tagAny = 1, queryWeights = 131 };
/// What the library allocates the memory of itself.
inline void *const allocated = reinterpret_cast<void *>(size_t(-1));

struct OneDnnEngine {
  OneDnnApi::Handle engine = nullptr, stream = nullptr;
};

/// What computes the row, with weights in the layout of the library's choice;
/// null where the library does not.
std::function<void()> makeOneDnnProduct(const OneDnnApi &api,
                                        const OneDnnEngine &engine,
                                        const MatmulRow &row,
                                        const MatmulBuffers &buffers);

} // namespace quant_bench

#endif // QUANT_BENCH_ONEDNNAPI_H
