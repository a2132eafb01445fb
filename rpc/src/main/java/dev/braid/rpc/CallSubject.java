package dev.braid.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which volume a message is about. It is read from the message's own description, as {@link
 * Redaction} does, so that no handler need say it.
 */
final class CallSubject {

  private static final String FIELD = "volume_id";

  private CallSubject() {}

  /** By its id, or that of a volume in it. Empty too for an id that is none: nothing to log. */
  static Optional<VolumeId> volume(Object message) {
    if (!(message instanceof Message protobuf)) {
      return Optional.empty();
    }
    return Stream.concat(Stream.of(protobuf), parts(protobuf))
        .map(CallSubject::own)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Stream<Message> parts(Message message) {
    return message.getAllFields().entrySet().stream()
        .filter(e -> e.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE)
        .filter(e -> !e.getKey().isRepeated())
        .map(e -> (Message) e.getValue());
  }

  private static Optional<VolumeId> own(Message message) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName(FIELD);
    if (field == null || field.getJavaType() != FieldDescriptor.JavaType.STRING) {
      return Optional.empty();
    }
    try {
      return Optional.of(VolumeId.parse((String) message.getField(field)));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }
}
