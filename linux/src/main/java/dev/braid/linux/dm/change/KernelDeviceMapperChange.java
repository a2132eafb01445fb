package dev.braid.linux.dm.change;

import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.dm.DmControl;
import dev.braid.linux.dm.DmControl.Address;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.libc.Abi.Dm;
import dev.braid.linux.libc.Abi.DmTargetMsg;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import java.nio.charset.StandardCharsets;

/** The running kernel's device-mapper. Stateless; safe for many threads. */
public final class KernelDeviceMapperChange implements DeviceMapperChange {

  private final DmControl control = new DmControl();

  @Override
  public void resume(Step step, DmDevice map) {
    // One request does both: without the suspend flag it resumes.
    change("resume", Dm.DM_DEV_SUSPEND, map, new byte[0]);
  }

  @Override
  public void remove(Step step, DmDevice map) {
    change("remove", Dm.DM_DEV_REMOVE, map, new byte[0]);
  }

  @Override
  public void message(Step step, DmDevice map, String message) {
    byte[] text = message.getBytes(StandardCharsets.US_ASCII);
    // Sector 0, then the text, ended by a zero byte.
    byte[] payload = new byte[DmTargetMsg.MESSAGE + text.length + 1];
    System.arraycopy(text, 0, payload, DmTargetMsg.MESSAGE, text.length);
    change("message " + message, Dm.DM_TARGET_MSG, map, payload);
  }

  private void change(String what, long request, DmDevice map, byte[] payload) {
    try {
      control.<Boolean>call(what, request, Address.of(map), 0, payload, answer -> true);
    } catch (ErrnoException e) {
      switch (e.errno()) {
        case Errno.ENXIO -> {} // gone, and with it what was to be changed
        case Errno.EBUSY ->
            throw new DeviceInUse("cannot " + what + " map " + map.name() + ": it is open", e);
        default -> throw new KernelRefused("cannot " + what + " map " + map.name(), e);
      }
    }
  }
}
