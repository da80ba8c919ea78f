package conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.*;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.*;

/** One encapsulated Arrow message, taken apart by its flatbuffer because Arrow's own reader checks next to nothing. */
final class Wire {
    private final boolean modern;
    private final int prefix;
    private final int metadata;
    private final Message message;
    private final ByteBuffer rest;

    private Wire(byte[] bytes) {
        ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        modern = all.getInt(0) == -1;
        prefix = modern ? 8 : 4;
        metadata = all.getInt(prefix - 4);
        message = Message.getRootAsMessage(all.slice(prefix, metadata).order(ByteOrder.LITTLE_ENDIAN));
        rest = all.slice(prefix + metadata, bytes.length - prefix - metadata).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The schema in the bytes, or null when there is none to be had. */
    static Schema schema(byte[] bytes, boolean modern, Findings findings) {
        Wire wire = open(bytes, modern, MessageHeader.Schema, findings);
        if (wire == null) {
            return null;
        }
        org.apache.arrow.flatbuf.Schema header =
                (org.apache.arrow.flatbuf.Schema) wire.message.header(new org.apache.arrow.flatbuf.Schema());
        findings.expect(header.endianness() == 0, "big-endian");
        findings.expect(header.featuresLength() == 0, "asks for features of the format");
        Schema schema = Schema.convertSchema(header);
        fields(schema.getFields(), true, findings);
        return schema;
    }

    /** Checks a record batch against its schema; the answer is the message as numbers, or null. */
    static ObjectNode batch(byte[] bytes, Schema schema, boolean modern, Findings findings) {
        Wire wire = open(bytes, modern, MessageHeader.RecordBatch, findings);
        if (wire == null) {
            return null;
        }
        RecordBatch header = (RecordBatch) wire.message.header(new RecordBatch());
        long body = wire.message.bodyLength();
        findings.expect(body > 0, "the Java reader throws on a batch without a body");
        findings.expect(header.length() > 0, "no rows: must be an empty string, or no object");
        findings.expect(header.compression() == null, "compressed");
        findings.expect(header.variadicBufferCountsLength() == 0, "has variadic buffers");
        if (header.compression() == null && body <= wire.rest.limit() && understood(schema.getFields())) {
            new Buffers(header, wire.rest.slice(0, (int) body)).check(schema.getFields(), findings);
        }
        return Json.object().put("framing", wire.modern ? "modern" : "legacy")
                .put("version", MetadataVersion.name(wire.message.version())).put("header", "RecordBatch")
                .put("prefix", wire.prefix).put("metadata", wire.metadata).put("body", body)
                .put("trailing", wire.rest.limit() - body).put("length", header.length())
                .put("compressed", header.compression() != null);
    }

    private static Wire open(byte[] bytes, boolean modern, byte header, Findings findings) {
        Wire wire;
        try {
            wire = new Wire(bytes);
        } catch (RuntimeException e) {
            findings.add("no encapsulated message: " + e);
            return null;
        }
        findings.expect(wire.modern == modern, wire.modern ? "modern framing, not legacy" : "legacy framing, not modern");
        String version = MetadataVersion.name(wire.message.version());
        findings.expect(version.equals(modern ? "V5" : "V4"), "metadata version " + version);
        findings.expect((wire.prefix + wire.metadata) % 8 == 0, "metadata is not padded to 8");
        findings.expect(wire.message.bodyLength() % 8 == 0, "body is not padded to 8");
        long trailing = wire.rest.limit() - wire.message.bodyLength();
        findings.expect(trailing == 0, trailing < 0 ? "body is cut short" : trailing + " bytes after the message");
        if (wire.message.headerType() != header) {
            findings.add("a " + MessageHeader.name(wire.message.headerType()) + ", not a " + MessageHeader.name(header));
            return null;
        }
        return wire;
    }

    private static void fields(List<Field> fields, boolean top, Findings findings) {
        Set<String> names = new HashSet<>();
        for (Field field : fields) {
            Findings here = findings.at(field.getName());
            here.expect(names.add(field.getName()), "two fields of this name");
            here.expect(field.getDictionary() == null, "dictionary-encoded");
            here.expect(field.isNullable() || !top, "a column should be nullable");
            here.expect(supported(field), "type " + field.getType() + " is not supported");
            if (field.getType() instanceof ArrowType.Map) {
                here.expect(mapHolds(field), "a map must hold entries (not null) of key (not null) and value");
            }
            fields(field.getChildren(), false, here);
        }
    }

    private static boolean mapHolds(Field map) {
        Field entries = map.getChildren().get(0);
        List<Field> pair = entries.getChildren();
        return !entries.isNullable() && entries.getName().equals("entries") && entries.getType() instanceof ArrowType.Struct
                && pair.size() == 2 && pair.get(0).getName().equals("key") && !pair.get(0).isNullable()
                && pair.get(1).getName().equals("value");
    }

    /** The layout of a type we do not support is not known here; the schema's finding says enough. */
    private static boolean understood(List<Field> fields) {
        return fields.stream().allMatch(field -> supported(field) && understood(field.getChildren()));
    }

    private static boolean supported(Field field) {
        ArrowType type = field.getType();
        int children = field.getChildren().size();
        if (type instanceof ArrowType.Int number) {
            return number.getIsSigned();
        } else if (type instanceof ArrowType.FloatingPoint number) {
            return number.getPrecision() != FloatingPointPrecision.HALF;
        } else if (type instanceof ArrowType.Decimal number) {
            return number.getBitWidth() == 128 && number.getPrecision() >= 1 && number.getPrecision() <= 38
                    && number.getScale() >= 0 && number.getScale() <= number.getPrecision();
        } else if (type instanceof ArrowType.Timestamp time) {
            return time.getUnit() == TimeUnit.MILLISECOND && knownZone(time.getTimezone());
        } else if (type instanceof ArrowType.Struct) {
            return children > 0;
        } else if (type instanceof ArrowType.List || type instanceof ArrowType.Map) {
            return children == 1;
        }
        return type instanceof ArrowType.Bool || type instanceof ArrowType.Date || type instanceof ArrowType.Utf8
                || type instanceof ArrowType.Binary;
    }

    private static boolean knownZone(String zone) {
        try {
            return zone != null && ZoneId.of(zone) != null;
        } catch (DateTimeException unknown) {
            return false;
        }
    }
}
