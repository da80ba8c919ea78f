import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The Flight SQL JDBC driver against `glaux serve` over the tables in memory: it lists, binds, reads, is refused and cancels. */
public final class Jdbc {
    private static final String ENDLESS =
        "select o.id from shop.orders o cross join shop.orders p cross join shop.orders q";

    public static void main(String[] arguments) throws Exception {
        String url = arguments[0];
        String token = arguments[1];
        try (Connection connection = DriverManager.getConnection(url.replace("TOKEN", token))) {
            lists(connection);
            binds(connection);
            isRefused("there are default", () -> read(connection, "select 1 from nowhere.shop.orders"));
            isRefused("only statements that read", () -> read(connection, "delete from shop.orders"));
            cancels(connection);
        }
        isRefused("token", () -> DriverManager.getConnection(url.replace("TOKEN", "wrong-token-0123456789")).close());
    }

    private static void lists(Connection connection) throws SQLException {
        DatabaseMetaData about = connection.getMetaData();
        check("Glaux".equals(about.getDatabaseProductName()) && about.isReadOnly(), about.getDatabaseProductName());
        check(names(about.getTables("default", "shop", "%", null), "TABLE_NAME").equals(List.of("customers", "every_type", "orders")), "tables");
        check(names(about.getColumns(null, "shop", "customers", "%"), "COLUMN_NAME").equals(List.of("id", "name", "country")), "columns");
        check(names(about.getPrimaryKeys(null, "shop", "orders"), "COLUMN_NAME").isEmpty(), "keys");
    }

    private static void binds(Connection connection) throws SQLException {
        String text = "select id, note from shop.orders where id between ? and ? and note <> ? order by id limit ?";
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.setLong(1, 5);
            statement.setLong(2, 9);
            statement.setString(3, "' or 1 = 1 --");
            statement.setLong(4, 1);
            check(names(statement.executeQuery(), "note").equals(List.of("note on order 5")), "bound");
        }
        check(read(connection, "select * from shop.orders") == 1000, "rows");
    }

    private static void cancels(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(ENDLESS)) {
            check(rows.next(), "a row");
            statement.cancel();
            isRefused("", () -> {
                while (rows.next()) {
                    rows.getLong(1);
                }
            });
        }
    }

    private static long read(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(text)) {
            long count = 0;
            while (rows.next()) {
                count++;
            }
            return count;
        }
    }

    private static List<String> names(ResultSet rows, String column) throws SQLException {
        List<String> names = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                names.add(rows.getString(column));
            }
        }
        return names;
    }

    private interface Act {
        void run() throws Exception;
    }

    private static void isRefused(String told, Act act) throws Exception {
        try {
            act.run();
        } catch (Exception refused) {
            check(String.valueOf(refused.getMessage()).contains(told), refused.toString());
            return;
        }
        throw new AssertionError("it was not refused: " + told);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
