package dev.braid.e2e.stack;

import dev.braid.e2e.lab.Machine;
import java.util.Map;

/** A whole life of a volume on one node, each call made through whatever way the test wants. */
public final class VolumeLife {

  /** How a call is made: at once, or again after a program died in it. */
  public interface Caller {
    void call(Runnable call);

    <T> T ask(java.util.function.Supplier<T> call);
  }

  /** Makes every call once. */
  public static final Caller ONCE =
      new Caller() {
        @Override
        public void call(Runnable call) {
          call.run();
        }

        @Override
        public <T> T ask(java.util.function.Supplier<T> call) {
          return call.get();
        }
      };

  private VolumeLife() {}

  /** From nothing to nothing; in between the volume holds a file that is read back. */
  public static void live(Stack stack, Machine node, String name, Caller caller) {
    LabVolume volume = caller.ask(() -> stack.create(name, 64L << 20, Capabilities.ext4()));
    Map<String, String> context = caller.ask(() -> stack.publish(volume, node));
    caller.call(() -> stack.stage(volume, node, context));
    caller.call(() -> stack.nodePublish(volume, node, context));
    String file = volume.targetPath() + "/word";
    node.run("echo " + name + " > " + file + " && sync -f " + file);
    String read = node.read(file).strip();
    if (!read.equals(name)) {
      throw new AssertionError("wrote " + name + ", read " + read);
    }
    caller.call(() -> stack.nodeUnpublish(volume, node));
    caller.call(() -> stack.unstage(volume, node));
    caller.call(() -> stack.attest(volume, node, context));
    caller.call(() -> stack.unpublish(volume, node));
    caller.call(() -> stack.delete(volume));
  }
}
