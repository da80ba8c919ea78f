package conformance;

import com.amazonaws.athena.connector.lambda.data.*;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.*;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.arrow.vector.*;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.*;
import org.apache.arrow.vector.types.pojo.*;

/** Random data from a seed: types, schemas and values, the odd ones far more often than life has them. */
final class Chance extends Random {
    private static final long FIRST_DAY = LocalDate.of(1, 1, 1).toEpochDay();
    private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();
    private static final long DAY = 86_400_000;
    private static final String[] LETTERS = {"a", "Z", "0", " ", "'", "\"", "\\", "%", "_", "\n", "é", "ß", "世", "\uFFFD", "\uE000",
            "😀"};
    private static final short[] NAMED_ZONES = {1825, 1847, 1953, 1989, 2054, 2072};

    Chance(long seed) {
        super(seed);
    }

    boolean oneIn(int n) {
        return nextInt(n) == 0;
    }

    @SafeVarargs
    final <T> T pick(T... choices) {
        return choices[nextInt(choices.length)];
    }

    <T> List<T> some(int most, IntFunction<T> each) {
        List<T> all = new ArrayList<>();
        for (int i = nextInt(most + 1); i > 0; i--) {
            all.add(each.apply(all.size()));
        }
        return all;
    }

    String word() {
        return (oneIn(2) ? "w" : "w_") + Integer.toString(nextInt(1 << 20), 36);
    }

    String text() {
        return oneIn(30) ? LETTERS[14].repeat(500 + nextInt(500)) : String.join("", some(6, i -> pick(LETTERS)));
    }

    Map<String, String> words(int most, Supplier<String> value) {
        Map<String, String> map = new TreeMap<>();
        some(most, i -> map.put(word(), value.get()));
        return map;
    }

    byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        nextBytes(bytes);
        return bytes;
    }

    ArrowType scalar() {
        int precision = 1 + nextInt(38);
        return pick(new ArrowType.Bool(), new ArrowType.Int(8, true), new ArrowType.Int(16, true), new ArrowType.Int(32, true),
                new ArrowType.Int(64, true), new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
                new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
                new ArrowType.Decimal(precision, nextInt(precision + 1), 128), new ArrowType.Date(DateUnit.DAY),
                new ArrowType.Date(DateUnit.MILLISECOND),
                new ArrowType.Timestamp(TimeUnit.MILLISECOND, pick("UTC", "Europe/Berlin")),
                new ArrowType.Utf8(), new ArrowType.Binary());
    }

    Field field(String name, int depth) {
        if (depth == 0 || !oneIn(3)) {
            return Field.nullable(name, scalar());
        }
        return switch (nextInt(3)) {
            case 0 -> new Field(name, FieldType.nullable(new ArrowType.List()), List.of(field("", depth - 1)));
            case 1 -> {
                List<Field> members = some(2, i -> field("m" + i, depth - 1));
                members.add(field("last", depth - 1));
                yield new Field(name, FieldType.nullable(new ArrowType.Struct()), members);
            }
            default -> {
                Field key = new Field("key", FieldType.notNullable(scalar()), null);
                Field entries = new Field("entries", FieldType.notNullable(new ArrowType.Struct()),
                        List.of(key, field("value", depth - 1)));
                yield new Field(name, FieldType.nullable(new ArrowType.Map(false)), List.of(entries));
            }
        };
    }

    Schema schema(int most, int depth) {
        List<Field> columns = some(most - 1, i -> field("c" + i + "_" + word(), depth));
        columns.add(field("c_last", depth));
        return new Schema(columns, words(2, this::text));
    }

    Block block(BlockAllocator allocator, Schema schema, int rows) {
        Block block = allocator.createBlock(schema);
        for (int row = 0; row < rows; row++) {
            row(block, row);
        }
        block.setRowCount(rows);
        return block;
    }

    void row(Block block, int row) {
        block.getFieldVectors().forEach(vector -> cell(vector, row));
    }

    private void cell(FieldVector vector, int row) {
        if (vector.getField().isNullable() && oneIn(5)) {
            return; // a fresh vector is null
        }
        value(vector, row);
    }

    void value(FieldVector vector, int row) {
        if (vector instanceof ListVector list) { // maps too
            int from = list.startNewValue(row);
            int count = nextInt(4);
            for (int i = from; i < from + count; i++) {
                cell(list.getDataVector(), i);
            }
            list.endValue(row, count);
        } else if (vector instanceof StructVector struct) {
            struct.setIndexDefined(row);
            struct.getChildrenFromFields().forEach(child -> cell(child, row));
        } else if (vector instanceof BitVector bit) {
            bit.setSafe(row, nextInt(2));
        } else if (vector instanceof TinyIntVector number) {
            number.setSafe(row, (int) integer(8));
        } else if (vector instanceof SmallIntVector number) {
            number.setSafe(row, (int) integer(16));
        } else if (vector instanceof IntVector number) {
            number.setSafe(row, (int) integer(32));
        } else if (vector instanceof BigIntVector number) {
            number.setSafe(row, integer(64));
        } else if (vector instanceof Float4Vector number) {
            number.setSafe(row, pick(0f, -0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MAX_VALUE,
                    (float) nextGaussian()));
        } else if (vector instanceof Float8Vector number) {
            number.setSafe(row, pick(0d, -0d, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE, nextGaussian()));
        } else if (vector instanceof DecimalVector number) {
            number.setSafe(row, decimal(number.getPrecision(), number.getScale()));
        } else if (vector instanceof DateDayVector date) {
            date.setSafe(row, (int) day());
        } else if (vector instanceof DateMilliVector time) {
            time.setSafe(row, day() * DAY + nextInt((int) DAY));
        } else if (vector instanceof TimeStampMilliTZVector time) {
            time.setSafe(row, (day() * DAY + nextInt((int) DAY)) << 12 | zone());
        } else if (vector instanceof VarCharVector text) {
            text.setSafe(row, text().getBytes(StandardCharsets.UTF_8));
        } else {
            ((VarBinaryVector) vector).setSafe(row, bytes(nextInt(5)));
        }
    }

    private long integer(int bits) {
        return pick(0L, 1L, -1L, Long.MIN_VALUE >> 64 - bits, Long.MAX_VALUE >> 64 - bits, nextLong() >> 64 - bits);
    }

    private BigDecimal decimal(int precision, int scale) {
        BigInteger most = BigInteger.TEN.pow(precision).subtract(BigInteger.ONE);
        BigInteger unscaled = pick(BigInteger.ZERO, BigInteger.ONE, most, new BigInteger(126, this).mod(most));
        return new BigDecimal(nextBoolean() ? unscaled : unscaled.negate(), scale);
    }

    private long day() {
        return pick(0L, -1L, FIRST_DAY, LAST_DAY, FIRST_DAY + nextInt((int) (LAST_DAY - FIRST_DAY)));
    }

    private short zone() {
        return switch (nextInt(3)) {
            case 0 -> TimeZoneKey.UTC_KEY.getKey();
            case 1 -> (short) (1 + nextInt(1680));
            default -> NAMED_ZONES[nextInt(NAMED_ZONES.length)];
        };
    }
}
