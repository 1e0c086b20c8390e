package io.cade.agent.wire;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How the data of a service came to have the form that one version of it understands: the programs
 * that carried them over since the service was ordered, oldest first (SPEC U1). Stands in the
 * signed package of the version, where a card finds it. Immutable.
 *
 * @param steps at most {@value #MAX}, each form once
 */
public record DataSteps(List<Step> steps) {
  public static final int MAX = 16;

  /** Longest time that a program may have, in seconds. */
  public static final int MAX_SECONDS = 3_600;

  /** Largest program, in bytes. */
  public static final int MAX_PROGRAM_BYTES = 64 << 20;

  /** Folder of a package's content that is Cade's; no user's file lies there. */
  public static final String RESERVED = ".cade";

  /** The list, in the content of a package; not there when there is no step. */
  public static final String FILE = RESERVED + "/data/steps.json";

  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  /**
   * One program.
   *
   * @param form number of the version of the service that brought it; the form's name
   * @param from version that the data had before, as the program gets to hear it
   * @param to version that they have afterwards
   * @param program digest of the program
   * @param timeoutSeconds that one run of it may take; 1 to {@value #MAX_SECONDS}
   */
  public record Step(int form, String from, String to, String program, int timeoutSeconds) {
    public Step {
      Limits.range("form", form, 1, Integer.MAX_VALUE);
      Limits.text("from", from, 64);
      Limits.text("to", to, 64);
      if (!DIGEST.matcher(program).matches()) {
        throw new IllegalArgumentException("program is no digest");
      }
      Limits.range("timeoutSeconds", timeoutSeconds, 1, MAX_SECONDS);
    }

    /** Where the program lies in the content of a package. */
    public String file() {
      return RESERVED + "/data/program-" + form;
    }
  }

  public DataSteps {
    steps = Limits.list("steps", steps, MAX);
    Set<Integer> forms = new HashSet<>();
    for (Step step : steps) {
      if (!forms.add(step.form())) {
        throw new IllegalArgumentException("form " + step.form() + " is there twice");
      }
    }
  }

  /** Of a service whose data nobody has carried over. */
  public static DataSteps none() {
    return new DataSteps(List.of());
  }
}
