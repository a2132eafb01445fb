package dev.braid.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that matters on the wire, and to a reader of its marks, of a protobuf file: one line for each
 * message, field, oneof, enum, value, service, method and extension. What is numbered stands under
 * its number, so that another name for the same number is a difference and not two strangers.
 */
final class InterfaceFacts {

  private final Map<String, String> facts = new TreeMap<>();

  private InterfaceFacts() {}

  static Map<String, String> of(FileDescriptorProto file) {
    var all = new InterfaceFacts();
    String scope = "." + file.getPackage();
    all.put("syntax", file.getSyntax());
    file.getMessageTypeList().forEach(type -> all.message(scope, type));
    file.getEnumTypeList().forEach(type -> all.enumeration(scope, type));
    file.getServiceList().forEach(service -> all.service(scope, service));
    file.getExtensionList()
        .forEach(
            field ->
                all.put(
                    "extension " + field.getExtendee() + " " + field.getNumber(),
                    text(field, null)));
    return all.facts;
  }

  private void message(String scope, DescriptorProto type) {
    String name = scope + "." + type.getName();
    put("message " + name, options(type.getOptions()));
    for (FieldDescriptorProto field : type.getFieldList()) {
      put("field " + name + " " + field.getNumber(), text(field, type));
    }
    type.getOneofDeclList().forEach(oneof -> put("oneof " + name + " " + oneof.getName(), ""));
    type.getNestedTypeList().forEach(nested -> message(name, nested));
    type.getEnumTypeList().forEach(nested -> enumeration(name, nested));
  }

  private static String text(
      FieldDescriptorProto field, @org.jspecify.annotations.Nullable DescriptorProto in) {
    String oneof =
        in != null && field.hasOneofIndex()
            ? " oneof " + in.getOneofDecl(field.getOneofIndex()).getName()
            : "";
    return field.getName()
        + " "
        + field.getLabel()
        + " "
        + field.getType()
        + " "
        + field.getTypeName()
        + oneof
        + (field.getProto3Optional() ? " optional" : "")
        + " "
        + options(field.getOptions());
  }

  private void enumeration(String scope, EnumDescriptorProto type) {
    String name = scope + "." + type.getName();
    put("enum " + name, options(type.getOptions()));
    type.getValueList()
        .forEach(
            value ->
                put(
                    "value " + name + " " + value.getNumber(),
                    value.getName() + " " + options(value.getOptions())));
  }

  private void service(String scope, ServiceDescriptorProto service) {
    String name = scope + "." + service.getName();
    put("service " + name, options(service.getOptions()));
    service
        .getMethodList()
        .forEach(
            method ->
                put(
                    "method " + name + "/" + method.getName(),
                    (method.getClientStreaming() ? "stream " : "")
                        + method.getInputType()
                        + " -> "
                        + (method.getServerStreaming() ? "stream " : "")
                        + method.getOutputType()
                        + " "
                        + options(method.getOptions())));
  }

  private static String options(Message options) {
    return "[" + TextFormat.printer().emittingSingleLine(true).printToString(options).strip() + "]";
  }

  private void put(String key, String fact) {
    String before = facts.put(key, fact);
    if (before != null) {
      throw new IllegalStateException("twice: " + key + ": " + before + "; " + fact);
    }
  }
}
