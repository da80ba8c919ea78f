package conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.*;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.memory.*;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.*;
import org.apache.arrow.vector.types.MetadataVersion;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.*;

/** Messages wrong in one way each, nearly all of which the SDK reads without a word. */
final class Broken {
    record Case(int version, String message, String finding) {}

    private static final IpcOption MODERN = new IpcOption(false, MetadataVersion.V5);
    private static final IpcOption LEGACY = new IpcOption(true, MetadataVersion.V4);
    private static final Field NUMBER = Field.nullable("n", new ArrowType.Int(32, true));
    private static final Field TEXT = Field.nullable("s", new ArrowType.Utf8());

    private final List<Case> cases = new ArrayList<>();
    private final BufferAllocator allocator = new RootAllocator();

    private Broken() {}

    static List<Case> cases() throws IOException {
        Broken broken = new Broken();
        broken.texts();
        broken.schemas();
        broken.framing();
        broken.batches();
        return broken.cases;
    }

    private void texts() {
        text("{'@type':'ListSchemasResponse','catalogName':'c','schemas':[],'more':1}", "fields [@type, catalogName, schemas, more]");
        text("{'@type':'PingResponse','catalogName':'c','queryId':'q','sourceType':'s','capabilities':24}", "serDeVersion");
        text("{'@type':'ListSchemasResponse','catalogName':'c','schemas':[]} {}", "no strict JSON");
        text("{'@type':'ListSchemasResponse','catalogName':'c','catalogName':'c','schemas':[]}", "Duplicate field");
        text("{'@type':'ListTablesResponse','tables':[{'schemaName':'s','tableName':'T'}],'catalogName':'c','nextToken':null}",
                "not lower case");
        text("{'@type':'PingResponse','catalogName':'c','queryId':'q','sourceType':'s','capabilities':'24','serDeVersion':5}", "is STRING");
        String split = "{'spillLocation':{'@type':'S3SpillLocation','bucket':'b','key':'k','directory':true},'encryptionKey':null,"
                + "'properties':{}}";
        text("{'@type':'GetSplitsResponse','catalogName':'c','splits':[" + split + "," + split + "],'continuationToken':null}",
                "2 elements");
    }

    private void text(String message, String finding) {
        cases.add(new Case(5, message.replace('\'', '"'), finding));
    }

    private void schemas() throws IOException {
        schema("two fields", NUMBER, NUMBER);
        schema("is not supported", Field.nullable("t", new ArrowType.Timestamp(TimeUnit.MILLISECOND, null)));
        schema("is not supported", Field.nullable("u", new ArrowType.Int(32, false)));
        schema("is not supported", Field.nullable("z", new ArrowType.Timestamp(TimeUnit.MILLISECOND, "Mars/Olympus")));
        schema("should be nullable", Field.notNullable("n", new ArrowType.Int(32, true)));
        schema("dictionary", new Field("d", new FieldType(true, new ArrowType.Utf8(),
                new DictionaryEncoding(1, false, new ArrowType.Int(32, true))), null));
        List<Field> pair = List.of(Field.notNullable("keys", new ArrowType.Utf8()), Field.nullable("value", new ArrowType.Utf8()));
        Field entries = new Field("entries", FieldType.notNullable(new ArrowType.Struct()), pair);
        schema("a map must", new Field("m", FieldType.nullable(new ArrowType.Map(false)), List.of(entries)));
    }

    private void schema(String finding, Field... fields) throws IOException {
        cases.add(new Case(5, records(base64(schema(MODERN, fields)), ""), finding));
    }

    private void framing() throws IOException {
        String modern = base64(schema(MODERN, NUMBER));
        String legacy = base64(schema(LEGACY, NUMBER));
        cases.add(new Case(5, records(legacy, ""), "legacy framing"));
        cases.add(new Case(2, records(modern, ""), "modern framing"));
        cases.add(new Case(5, records(base64(schema(new IpcOption(false, MetadataVersion.V4), NUMBER)), ""), "metadata version V4"));
        byte[] longer = Arrays.copyOf(schema(MODERN, NUMBER), schema(MODERN, NUMBER).length + 8);
        cases.add(new Case(5, records(base64(longer), ""), "8 bytes after the message"));
        cases.add(new Case(5, records(modern, modern), "not a RecordBatch"));
        cases.add(new Case(5, records(modern, "AAAA"), "no encapsulated message"));
    }

    private void batches() throws IOException {
        ArrowBuf all = bytes(0xFF);
        ArrowBuf one = bytes(1);
        ArrowBuf ints = bytes(new byte[12]);
        numbers("null count 2, the bitmap has 1", 3, 2, bytes(3), ints);
        numbers("null count 1 without a bitmap", 3, 1, bytes(), ints);
        numbers("validity has 1 bytes for 9 rows", 9, 0, all, bytes(new byte[36]));
        numbers("data has 8 bytes, needs 12", 3, 0, all, bytes(new byte[8]));
        numbers("without a body", 0, 0, bytes(), bytes());
        batch("2 rows, not 3", NUMBER, 3, 2, 0, null, true, all, ints);
        batch("buffers, not 1 and 2", NUMBER, 3, 3, 0, null, true, all, ints, ints);
        batch("not aligned to 8", NUMBER, 3, 3, 0, null, false, all, ints);
        ArrowBodyCompression lz4 = new ArrowBodyCompression(CompressionType.LZ4_FRAME, BodyCompressionMethod.BUFFER);
        batch("compressed", NUMBER, 3, 3, 0, lz4, true, all, ints);
        batch("offsets fall", TEXT, 2, 2, 0, null, true, all, ints(0, 3, 1), bytes('a', 'b', 'c'));
        batch("data has 1 bytes, needs 3", TEXT, 2, 2, 0, null, true, all, ints(0, 1, 3), bytes('a'));
        batch("offsets has 8 bytes, needs 12", TEXT, 2, 2, 0, null, true, all, ints(0, 1), bytes('a'));
        batch("is not UTF-8", TEXT, 1, 1, 0, null, true, one, ints(0, 1), bytes(0xFF));
        batch("is not UTF-8", TEXT, 2, 2, 0, null, true, all, ints(0, 1, 2), bytes(0xC3, 0xA9));
        Field digit = Field.nullable("d", new ArrowType.Decimal(1, 0, 128));
        batch("more than 1 digits", digit, 1, 1, 0, null, true, one, ints(10, 0, 0, 0));
    }

    private void numbers(String finding, int rows, int nulls, ArrowBuf... buffers) throws IOException {
        batch(finding, NUMBER, rows, rows, nulls, null, true, buffers);
    }

    private void batch(String finding, Field field, int rows, int node, int nulls, ArrowBodyCompression compression, boolean align,
            ArrowBuf... buffers) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ArrowBodyCompression how = compression == null ? NoCompressionCodec.DEFAULT_BODY_COMPRESSION : compression;
        try (ArrowRecordBatch batch = new ArrowRecordBatch(rows, List.of(new ArrowFieldNode(node, nulls)), List.of(buffers), how, align)) {
            MessageSerializer.serialize(new WriteChannel(Channels.newChannel(bytes)), batch, MODERN);
        }
        cases.add(new Case(5, records(base64(schema(MODERN, field)), base64(bytes.toByteArray())), finding));
    }

    private ArrowBuf bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes(bytes);
    }

    private ArrowBuf ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return bytes(bytes.array());
    }

    private ArrowBuf bytes(byte[] bytes) {
        ArrowBuf buffer = allocator.buffer(bytes.length);
        buffer.writeBytes(bytes);
        return buffer;
    }

    private static byte[] schema(IpcOption option, Field... fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MessageSerializer.serialize(new WriteChannel(Channels.newChannel(bytes)), new Schema(List.of(fields)), option);
        return bytes.toByteArray();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String records(String schema, String records) {
        return "{\"@type\":\"ReadRecordsResponse\",\"catalogName\":\"c\",\"records\":{\"aId\":\"a\",\"schema\":\"" + schema
                + "\",\"records\":\"" + records + "\"}}";
    }
}
