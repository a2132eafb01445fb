package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.Ticker;
import dev.braid.base.VolumeId;
import dev.braid.base.Wwid;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Attached;
import dev.braid.initiator.Lun;
import dev.braid.initiator.Reach;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.mount.MountTable;
import dev.braid.san.InitiatorApi;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * The node's end of the channel as the plugin wires it, over a kernel that never has a device: its
 * stages and unstages are what they write down and say. In the node's package, because nobody else
 * may know of it.
 */
public final class NodeEnd implements AutoCloseable {

  private final BootId boot = new BootId("00000000-0000-4000-8000-000000000001");
  private final StageRecords records;
  private final InitiatorChannel channel;

  public NodeEnd(NodeName node, Iqn iqn, Path folder, Supplier<InitiatorApi> connect) {
    var steps = Steps.unobserved();
    this.records = new StageRecords(folder, boot, new HostFiles(), steps);
    var locks = new VolumeLocks(new FileLocks(folder.resolve("../locks"), Clock.systemUTC()));
    var attacher =
        new Attacher() {
          @Override
          public Attached attach(Lun lun, Deadline deadline) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void detach(Wwid wwid, Deadline deadline) {}

          @Override
          public Reach reach(Wwid wwid, Deadline deadline) {
            return new Reach(Reach.State.WORKS, "");
          }

          @Override
          public void stopQueueing(Wwid wwid, Deadline deadline) {}
        };
    this.channel =
        new InitiatorChannel(
            node,
            records,
            connect,
            new Introduction(node, boot, () -> iqn, new Namesakes(node, Ticker.SYSTEM), steps),
            new Words(node, boot, records, locks, steps),
            new Debts(
                node,
                boot,
                () -> iqn,
                locks,
                records,
                (wwid, deadline) -> List.of(),
                new Discard(
                    new DiscardOrders(folder.resolve("../discard"), new HostFiles(), steps),
                    records,
                    boot,
                    attacher,
                    () -> new MountTable(List.of()),
                    new TurnedReadOnly(folder.resolve("../sys"), folder.resolve("../proc")),
                    (device, deadline) -> List.of(),
                    Clock.systemUTC()),
                attacher,
                DeviceMapper.ofKernel(),
                () -> new MountTable(List.of()),
                steps),
            steps);
    channel.start();
  }

  public void stage(VolumeId volume, Generation generation) {
    channel.withdraw(volume, generation, Deadline.after(Duration.ofSeconds(60)));
    records.write(StageRecord.staged(volume, generation, boot, "ext4"));
  }

  public void unstage(VolumeId volume) {
    channel.gone(volume, records.find(volume));
  }

  /** Whether it still has a word to give, or one that was not heard. */
  public boolean hasRecord(VolumeId volume) {
    return records.find(volume).isPresent();
  }

  @Override
  public void close() {
    channel.close();
  }
}
