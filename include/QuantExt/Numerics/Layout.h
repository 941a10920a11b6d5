//===- Layout.h - Groups of elements that share parameters ------*- C++ -*-===//

#ifndef QUANTEXT_NUMERICS_LAYOUT_H
#define QUANTEXT_NUMERICS_LAYOUT_H

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mlir::quant_ext::numerics {

/// Neighbours in memory, and the parameters that go with them.
struct Run {
  /// Index of the first element.
  int64_t begin;
  /// Number of elements.
  int64_t size;
  /// Index of the first element's group.
  int64_t group;
  /// What the group's index grows by from one element to the next: 0 where the
  /// run shares one group, 1 where every element has its own.
  int64_t groupStride;
};

/// A row-major tensor cut into groups: in dimension d, `blockSizes[d]`
/// neighbours share a group (the last block may be ragged). Groups are
/// row-major too, ceil(shape[d] / blockSizes[d]) in dimension d.
///
/// Example: shape 4x80 with blocks 1x32 has 12 groups; its runs have 32, 32 and
/// 16 elements.
class Layout {
public:
  /// A block size that is not positive covers its whole dimension.
  Layout(std::vector<int64_t> shape, std::vector<int64_t> blockSizes)
      : shape(std::move(shape)), blockSizes(std::move(blockSizes)) {
    for (size_t dim = 0; dim < this->shape.size(); ++dim) {
      if (this->blockSizes[dim] <= 0) {
        this->blockSizes[dim] = std::max<int64_t>(this->shape[dim], 1);
        groupShape.push_back(1);
      } else {
        groupShape.push_back((this->shape[dim] + this->blockSizes[dim] - 1) /
                             this->blockSizes[dim]);
      }
    }
    findLines();
    end = getNumElements();
  }

  /// Of the whole tensor, in a part of it too.
  int64_t getNumElements() const { return product(shape); }
  int64_t getNumGroups() const { return product(groupShape); }

  /// The layout of elements [begin, end), under their indices in the tensor.
  Layout part(int64_t begin, int64_t end) const {
    Layout result = *this;
    result.limit(begin, end);
    return result;
  }
  void limit(int64_t newBegin, int64_t newEnd) {
    begin = newBegin;
    end = newEnd;
  }
  int64_t getBegin() const { return begin; }
  int64_t getEnd() const { return end; }

  /// Elements of a line, where each has a group of its own and all lines have
  /// the same groups; 0 where that is not so.
  int64_t getSharedLine() const {
    return block == 1 && inner == 1 && outerDims == 0 ? lineBlocks : 0;
  }

  /// The least number of elements at whose multiples the tensor may be cut into
  /// slabs that share no group; 0 where no such cut exists.
  int64_t getElementsBetweenGroups() const {
    int64_t dim = findSlabDim();
    return dim < 0 ? 0 : blockSizes[dim] * getNumElements() / shape[dim];
  }

  /// Elements [begin, end) as a tensor of its own, its groups counted from 0.
  /// Both are multiples of getElementsBetweenGroups(), or the end of the
  /// tensor.
  Layout slab(int64_t begin, int64_t end) const {
    std::vector<int64_t> sizes = shape;
    int64_t dim = findSlabDim();
    sizes[dim] = (end - begin) / (getNumElements() / shape[dim]);
    return Layout(std::move(sizes), blockSizes);
  }
  /// The first group of such a slab.
  int64_t getGroupOf(int64_t begin) const {
    return begin / getElementsBetweenGroups() *
           (getNumGroups() / groupShape[findSlabDim()]);
  }

  /// Calls `visit(Run)` for runs that cover every element once, in order.
  template <typename VisitFn>
  __attribute__((always_inline)) void forEachRun(VisitFn &&visit) const {
    int64_t lineSize = lineBlocks * inner;
    for (int64_t next = begin; next < end;) {
      int64_t line = next / lineSize;
      int64_t lineBegin = line * lineSize;
      int64_t lineEnd = std::min(end, lineBegin + lineSize);
      int64_t group = getFirstGroup(line);
      if (block == 1 && inner == 1) {
        visit(
            Run{next, lineEnd - next, group + (next - lineBegin), int64_t(1)});
        next = lineEnd;
        continue;
      }
      int64_t blockElements = block * inner;
      for (int64_t i = (next - lineBegin) / blockElements; next < lineEnd;
           ++i) {
        int64_t runEnd = std::min(lineEnd, lineBegin + (i + 1) * blockElements);
        visit(Run{next, runEnd - next, group + i, int64_t(0)});
        next = runEnd;
      }
    }
  }

private:
  static int64_t product(const std::vector<int64_t> &sizes) {
    int64_t result = 1;
    for (int64_t size : sizes)
      result *= size;
    return result;
  }

  /// The outermost dimension of more than one element, if it is cut; else -1.
  int64_t findSlabDim() const {
    for (size_t dim = 0; dim < shape.size(); ++dim)
      if (shape[dim] != 1)
        return blockSizes[dim] < shape[dim] ? dim : -1;
    return -1;
  }

  /// The innermost dimension that is cut runs along the lines; those inside it
  /// make whole runs.
  void findLines() {
    int64_t dim = static_cast<int64_t>(shape.size()) - 1;
    for (; dim >= 0 && blockSizes[dim] >= shape[dim]; --dim)
      inner *= shape[dim];
    if (dim < 0)
      return;
    lineBlocks = shape[dim];
    block = blockSizes[dim];
    lineGroups = groupShape[dim];
    // Where no outer dimension is cut, all lines have the same groups.
    if (product({groupShape.begin(), groupShape.begin() + dim}) != 1)
      outerDims = dim;
  }

  /// The group of the first element of a line: inside the lines' dimension
  /// there is one group in each dimension.
  int64_t getFirstGroup(int64_t line) const {
    int64_t group = 0, stride = lineGroups;
    for (int64_t dim = outerDims; dim-- > 0;) {
      int64_t index = line % shape[dim];
      line /= shape[dim];
      group += index / blockSizes[dim] * stride;
      stride *= groupShape[dim];
    }
    return group;
  }

  std::vector<int64_t> shape;
  std::vector<int64_t> blockSizes;
  std::vector<int64_t> groupShape;
  /// Of a line: its length in steps of `inner` elements, how many steps share a
  /// group, and how many groups it has.
  int64_t lineBlocks = 1, inner = 1, block = 1, lineGroups = 1;
  /// How many dimensions decide which groups a line has.
  int64_t outerDims = 0;
  int64_t begin = 0, end = 0;
};

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_LAYOUT_H
