package conformance;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;

public final class Main {
    private static final String USAGE = "usage: judge | selfcheck VECTORS | serve --port P --url JDBC --user U "
            + "--password-env VAR (--spill-root DIR | --s3-endpoint URL) [--spill-bucket B] [--function NAME]";

    private Main() {}

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), false);
        System.setOut(System.err); // no library may write between our answers
        String mode = args.length == 0 ? "" : args[0];
        switch (mode) {
            case "judge" -> Judge.run(System.in, answers);
            case "selfcheck" -> System.exit(SelfCheck.run(Path.of(args[1]), answers) ? 0 : 1);
            case "serve" -> Serve.run(Arrays.copyOfRange(args, 1, args.length), answers);
            default -> {
                System.err.println(USAGE);
                System.exit(2);
            }
        }
    }
}
