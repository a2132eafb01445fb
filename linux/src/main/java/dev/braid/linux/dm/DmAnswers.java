package dev.braid.linux.dm;

import com.sun.jna.Memory;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.libc.Abi.Dm;
import dev.braid.linux.libc.Abi.DmIoctl;
import dev.braid.linux.libc.Abi.DmNameList;
import dev.braid.linux.libc.Abi.DmTargetDeps;
import dev.braid.linux.libc.Abi.DmTargetSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads device-mapper's answers out of the memory that the kernel filled. */
final class DmAnswers {

  private DmAnswers() {}

  static DmDevice device(Memory answer) {
    int flags = answer.getInt(DmIoctl.FLAGS);
    return new DmDevice(
        DeviceNumber.ofDev(answer.getLong(DmIoctl.DEV)),
        text(answer, DmIoctl.NAME),
        text(answer, DmIoctl.UUID),
        answer.getInt(DmIoctl.OPEN_COUNT),
        (flags & Dm.DM_SUSPEND_FLAG) != 0,
        (flags & Dm.DM_READONLY_FLAG) != 0,
        (flags & Dm.DM_ACTIVE_PRESENT_FLAG) != 0);
  }

  static List<DeviceMapper.Named> names(Memory answer) {
    var found = new ArrayList<DeviceMapper.Named>();
    long at = answer.getInt(DmIoctl.DATA_START);
    while (true) {
      long dev = answer.getLong(at + DmNameList.DEV);
      if (dev == 0) {
        return found; // the one entry of an empty list
      }
      found.add(
          new DeviceMapper.Named(DeviceNumber.ofDev(dev), text(answer, at + DmNameList.NAME)));
      int next = answer.getInt(at + DmNameList.NEXT);
      if (next == 0) {
        return found;
      }
      at += next;
    }
  }

  static List<DmTarget> targets(Memory answer) {
    var found = new ArrayList<DmTarget>();
    long first = answer.getInt(DmIoctl.DATA_START);
    long at = first;
    for (int left = answer.getInt(DmIoctl.TARGET_COUNT); left > 0; left--) {
      found.add(
          new DmTarget(
              answer.getLong(at + DmTargetSpec.SECTOR_START),
              answer.getLong(at + DmTargetSpec.LENGTH),
              text(answer, at + DmTargetSpec.TARGET_TYPE),
              text(answer, at + DmTargetSpec.SIZE)));
      // In an answer the distance is counted from the first one, not from this one.
      at = first + answer.getInt(at + DmTargetSpec.NEXT);
    }
    return found;
  }

  static List<DeviceNumber> dependencies(Memory answer) {
    long at = answer.getInt(DmIoctl.DATA_START);
    int count = answer.getInt(at + DmTargetDeps.COUNT);
    var found = new ArrayList<DeviceNumber>();
    for (int i = 0; i < count; i++) {
      found.add(DeviceNumber.ofDev(answer.getLong(at + DmTargetDeps.DEV + 8L * i)));
    }
    return found;
  }

  private static String text(Memory answer, long offset) {
    return answer.getString(offset, StandardCharsets.UTF_8.name());
  }
}
