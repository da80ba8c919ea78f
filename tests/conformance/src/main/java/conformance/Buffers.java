package conformance;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** The nodes and buffers of one record batch. Java fills short ones with zeros and reads wrong null counts as NULLs. */
final class Buffers {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final RecordBatch batch;
    private final ByteBuffer body;
    private int node;
    private int buffer;
    private long end;

    Buffers(RecordBatch batch, ByteBuffer body) {
        this.batch = batch;
        this.body = body;
    }

    void check(List<Field> columns, Findings findings) {
        int nodes = columns.stream().mapToInt(Buffers::nodes).sum();
        int buffers = columns.stream().mapToInt(Buffers::buffers).sum();
        if (batch.nodesLength() != nodes || batch.buffersLength() != buffers) {
            findings.add(batch.nodesLength() + " nodes and " + batch.buffersLength() + " buffers, not " + nodes + " and " + buffers);
            return;
        }
        columns.forEach(column -> column(column, batch.length(), batch.length(), findings.at(column.getName())));
    }

    private static int nodes(Field field) {
        return 1 + field.getChildren().stream().mapToInt(Buffers::nodes).sum();
    }

    private static int buffers(Field field) {
        int own = field.getType() instanceof ArrowType.Struct ? 1 : hasOffsets(field) && field.getChildren().isEmpty() ? 3 : 2;
        return own + field.getChildren().stream().mapToInt(Buffers::buffers).sum();
    }

    private static boolean hasOffsets(Field field) {
        ArrowType type = field.getType();
        return type instanceof ArrowType.Utf8 || type instanceof ArrowType.Binary || type instanceof ArrowType.List
                || type instanceof ArrowType.Map;
    }

    private void column(Field field, long least, long most, Findings findings) {
        FieldNode own = batch.nodes(node++);
        long rows = own.length();
        findings.expect(rows >= least && rows <= most, rows + " rows, not " + least);
        ByteBuffer validity = validity(own, findings);
        if (field.getType() instanceof ArrowType.Struct) {
            field.getChildren().forEach(child -> column(child, rows, rows, findings.at(child.getName())));
        } else if (hasOffsets(field)) {
            ByteBuffer offsets = take(rows == 0 ? 0 : 4 * (rows + 1), "offsets", findings);
            long last = rows == 0 ? 0 : last(offsets, rows, findings);
            if (field.getChildren().isEmpty()) {
                ByteBuffer data = take(last, "data", findings);
                if (field.getType() instanceof ArrowType.Utf8 && data.limit() >= last) {
                    text(rows, validity, offsets, data, findings);
                }
            } else {
                Field child = field.getChildren().get(0);
                column(child, last, Integer.MAX_VALUE, findings.at(child.getName()));
            }
        } else {
            ByteBuffer data = take((rows * bits(field.getType()) + 7) / 8, "data", findings);
            if (field.getType() instanceof ArrowType.Decimal type && data.limit() >= 16 * rows) {
                decimals(rows, type.getPrecision(), validity, data, findings);
            }
        }
        findings.expect(field.isNullable() || own.nullCount() == 0, "a null where the field allows none");
    }

    /** The bitmap; null means that every row counts as valid, or none does. */
    private ByteBuffer validity(FieldNode own, Findings findings) {
        long rows = own.length();
        ByteBuffer bitmap = take(0, "validity", findings);
        if (bitmap.limit() == 0) {
            findings.expect(own.nullCount() == 0 || own.nullCount() == rows, "null count " + own.nullCount() + " without a bitmap");
            return own.nullCount() == 0 ? null : ByteBuffer.allocate((int) ((rows + 7) / 8));
        }
        if (bitmap.limit() * 8L < rows) {
            findings.add("validity has " + bitmap.limit() + " bytes for " + rows + " rows");
            return null;
        }
        long nulls = 0;
        for (int row = 0; row < rows; row++) {
            nulls += valid(bitmap, row) ? 0 : 1;
        }
        findings.expect(nulls == own.nullCount(), "null count " + own.nullCount() + ", the bitmap has " + nulls);
        return bitmap;
    }

    private static boolean valid(ByteBuffer bitmap, int row) {
        return bitmap == null || (bitmap.get(row / 8) >> row % 8 & 1) == 1;
    }

    private ByteBuffer take(long needed, String what, Findings findings) {
        Buffer next = batch.buffers(buffer++);
        findings.expect(next.offset() % 8 == 0, what + " at offset " + next.offset() + " is not aligned to 8");
        if (next.offset() < 0 || next.length() < 0 || next.offset() + next.length() > body.limit()) {
            findings.add(what + " lies outside the body");
            return NONE;
        }
        findings.expect(next.length() == 0 || next.offset() >= end, what + " overlaps the buffer before it");
        findings.expect(next.length() >= needed, what + " has " + next.length() + " bytes, needs " + needed);
        end = Math.max(end, next.offset() + next.length());
        return body.slice((int) next.offset(), (int) next.length()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long last(ByteBuffer offsets, long rows, Findings findings) {
        if (offsets.limit() < 4 * (rows + 1)) {
            return 0;
        }
        int before = offsets.getInt(0);
        findings.expect(before >= 0, "negative offset");
        for (int row = 1; row <= rows; row++) {
            int next = offsets.getInt(4 * row);
            if (next < before) {
                findings.add("offsets fall from " + before + " to " + next + " at row " + row);
                return 0;
            }
            before = next;
        }
        return before;
    }

    private static void text(long rows, ByteBuffer validity, ByteBuffer offsets, ByteBuffer data, Findings findings) {
        for (int row = 0; row < rows && offsets.limit() >= 4 * (rows + 1); row++) {
            int from = offsets.getInt(4 * row);
            int length = offsets.getInt(4 * row + 4) - from;
            try {
                if (valid(validity, row) && from >= 0 && length > 0 && from + length <= data.limit()) {
                    StandardCharsets.UTF_8.newDecoder().decode(data.slice(from, length));
                }
            } catch (CharacterCodingException e) {
                findings.add("row " + row + " is not UTF-8");
            }
        }
    }

    private static void decimals(long rows, int precision, ByteBuffer validity, ByteBuffer data, Findings findings) {
        BigInteger limit = BigInteger.TEN.pow(precision);
        byte[] bigEndian = new byte[16];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < 16; i++) {
                bigEndian[15 - i] = data.get(16 * row + i);
            }
            boolean fits = !valid(validity, row) || new BigInteger(bigEndian).abs().compareTo(limit) < 0;
            findings.expect(fits, "row " + row + " has more than " + precision + " digits");
        }
    }

    private static long bits(ArrowType type) {
        if (type instanceof ArrowType.Bool) {
            return 1;
        } else if (type instanceof ArrowType.Int number) {
            return number.getBitWidth();
        } else if (type instanceof ArrowType.FloatingPoint number) {
            return number.getPrecision() == FloatingPointPrecision.SINGLE ? 32 : 64;
        } else if (type instanceof ArrowType.Date date) {
            return date.getUnit() == DateUnit.DAY ? 32 : 64;
        }
        return type instanceof ArrowType.Decimal ? 128 : 64;
    }
}
