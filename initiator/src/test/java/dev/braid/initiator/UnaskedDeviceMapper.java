package dev.braid.initiator;

import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.DmTarget;
import dev.braid.linux.dm.Pinned;
import java.util.List;
import java.util.Optional;

/** A device-mapper that answers nothing: a test's own answers what the test is about. */
class UnaskedDeviceMapper implements DeviceMapper {

  private static AssertionError unasked(String what) {
    return new AssertionError("this test has no answer to " + what);
  }

  @Override
  public List<Named> list() {
    throw unasked("which maps there are");
  }

  @Override
  public Optional<DmDevice> byUuid(String uuid) {
    throw unasked("the map " + uuid);
  }

  @Override
  public Optional<DmDevice> byName(String name) {
    throw unasked("the map " + name);
  }

  @Override
  public Optional<DmDevice> byNumber(DeviceNumber number) {
    throw unasked("the map " + number);
  }

  @Override
  public Optional<List<DmTarget>> table(DmDevice map) {
    throw unasked("the table of " + map);
  }

  @Override
  public Optional<List<DmTarget>> status(DmDevice map) {
    throw unasked("the status of " + map);
  }

  @Override
  public Optional<List<DeviceNumber>> dependencies(DmDevice map) {
    throw unasked("what is under " + map);
  }

  @Override
  public Pinned pin(DmDevice map) {
    throw unasked("holding " + map + " open");
  }
}
