import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Asks what a client of JDBC asks, and times it: {@code Served URL TABLE ROWS}, where TABLE is lineitem with its schema, of which the orders
 * up to number ROWS are read. Prints a line of JSON: the rows, and the seconds of each thing asked.
 */
public final class Served {
    private static final int FETCHED = 10_000;
    private static final long MOMENT = 50;

    public static void main(String[] arguments) throws Exception {
        String url = arguments[0];
        String table = arguments[1];
        boolean isDirect = url.startsWith("jdbc:postgresql:");
        long started = System.nanoTime();
        try (Connection connection = DriverManager.getConnection(url)) {
            double connect = since(started);
            // Without it PostgreSQL's driver holds every row.
            if (isDirect) {
                connection.setAutoCommit(false);
            }
            started = System.nanoTime();
            if (count(connection.getMetaData().getTables(null, table.split("\\.")[0], "%", null)) == 0) {
                throw new AssertionError("no tables");
            }
            double list = since(started);
            bound(connection, table, 5);
            started = System.nanoTime();
            bound(connection, table, 7);
            double bound = since(started);
            started = System.nanoTime();
            long rows = read(connection, "select * from " + table + " where l_orderkey <= " + arguments[2]);
            double read = since(started);
            String cancel = isDirect ? "null" : String.valueOf(cancelled(connection, "select * from " + table));
            System.out.printf("{\"rows\": %d, \"connect\": %f, \"list\": %f, \"bound\": %f, \"read\": %f, \"cancel\": %s}%n", rows, connect, list, bound, read, cancel);
        }
    }

    private static void bound(Connection connection, String table, long order) throws SQLException {
        String text = "select l_comment from " + table + " where l_orderkey = ? and l_linenumber = ?";
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.setLong(1, order);
            statement.setInt(2, 1);
            if (count(statement.executeQuery()) != 1) {
                throw new AssertionError(text);
            }
        }
    }

    private static long read(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCHED);
            return count(statement.executeQuery(text));
        }
    }

    /** How long after a cancel, sent a moment after the first row, the read ends. */
    private static double cancelled(Connection connection, String text) throws Exception {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(text)) {
            rows.next();
            long[] sent = new long[1];
            Thread other = new Thread(() -> {
                try {
                    Thread.sleep(MOMENT);
                    sent[0] = System.nanoTime();
                    statement.cancel();
                } catch (Exception failed) {
                    failed.printStackTrace();
                }
            });
            other.start();
            try {
                count(rows);
            } catch (Exception ended) {
                other.join();
                return since(sent[0]);
            }
            throw new AssertionError("it was read to its end, cancelled or not");
        }
    }

    /** Reads every cell. */
    private static long count(ResultSet rows) throws SQLException {
        try (rows) {
            int columns = rows.getMetaData().getColumnCount();
            long count = 0;
            while (rows.next()) {
                for (int column = 1; column <= columns; column++) {
                    rows.getObject(column);
                }
                count++;
            }
            return count;
        }
    }

    private static double since(long started) {
        return (System.nanoTime() - started) / 1e9;
    }
}
