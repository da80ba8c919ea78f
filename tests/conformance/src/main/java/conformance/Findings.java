package conformance;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a message although the SDK reads it; each with the place where. */
record Findings(String path, List<String> all) {
    Findings() {
        this("$", new ArrayList<>());
    }

    Findings at(String step) {
        return new Findings(path + "." + step, all);
    }

    void add(String what) {
        all.add(path + ": " + what);
    }

    void expect(boolean holds, String otherwise) {
        if (!holds) {
            add(otherwise);
        }
    }
}
