import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * Reads the replayed lineitem with Microsoft's driver, cell by cell through the getters by name that AWS's connector uses: {@code Replayed PORT}.
 * Prints a line of JSON: the rows, and the sum over them that the other readers make.
 */
public final class Replayed {
    private static final String[] NUMBERS = {"orderkey", "partkey", "suppkey", "linenumber"};
    private static final String[] DECIMALS = {"quantity", "extendedprice", "discount", "tax"};
    private static final String[] DATES = {"shipdate", "commitdate", "receiptdate"};
    private static final String[] TEXTS = {"returnflag", "linestatus", "shipinstruct", "shipmode", "comment"};

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:sqlserver://localhost:" + arguments[0] + ";encrypt=false;trustServerCertificate=true;packetSize=32000;user=u;password=p";
        long rows = 0;
        long sum = 0;
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("select * from dbo.lineitem")) {
            while (found.next()) {
                rows++;
                sum += found.getInt(NUMBERS[0]);
                for (int at = 1; at < NUMBERS.length; at++) {
                    found.getInt(NUMBERS[at]);
                }
                for (String name : DECIMALS) {
                    found.getBigDecimal(name);
                }
                for (String name : DATES) {
                    found.getDate(name);
                }
                for (String name : TEXTS) {
                    sum += found.getString(name).length();
                }
            }
        }
        System.out.println("{\"rows\": " + rows + ", \"sum\": " + sum + "}");
    }
}
