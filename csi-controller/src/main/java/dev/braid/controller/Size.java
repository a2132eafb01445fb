package dev.braid.controller;

import dev.braid.base.error.InvalidInput;
import dev.braid.proto.csi.v1.CapacityRange;
import dev.braid.proto.csi.v1.CreateVolumeRequest;

/**
 * How large a volume is to be, in bytes.
 *
 * @param required 0: no wish
 * @param limit 0: no limit
 */
record Size(long required, long limit) {

  static Size of(CreateVolumeRequest request) {
    if (!request.hasCapacityRange()) {
      return new Size(0, 0);
    }
    CapacityRange range = request.getCapacityRange();
    long required = range.getRequiredBytes();
    long limit = range.getLimitBytes();
    if (required < 0 || limit < 0) {
      throw new InvalidInput(
          "capacity_range: required_bytes "
              + required
              + " and limit_bytes "
              + limit
              + " must not be negative");
    }
    if (required == 0 && limit == 0) {
      throw new InvalidInput("capacity_range: required_bytes and limit_bytes are both missing");
    }
    if (limit > 0 && limit < required) {
      throw new InvalidInput(
          "capacity_range: limit_bytes " + limit + " is less than required_bytes " + required);
    }
    return new Size(required, limit);
  }
}
