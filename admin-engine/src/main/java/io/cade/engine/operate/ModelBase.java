package io.cade.engine.operate;

import io.cade.engine.change.Refusal;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.model.Cabinet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which version a text was made of. Whoever edits a whole file takes back what others have written
 * meanwhile, and does not see it; so a text is taken only when it was made of the newest version
 * (as {@code If-Match} has it, RFC 9110 §13.1.1). An exported file says it in its first line. Pure.
 */
final class ModelBase {
  private static final Pattern LINE =
      Pattern.compile("# model ([a-z][a-z0-9-]{0,31}), version ([0-9]{1,9})\\b[^\\n]*");

  private ModelBase() {}

  /** First line of an exported file: a comment. */
  static String line(String type, ModelVersion version) {
    return "# model " + type + ", version " + version.number() + "\n";
  }

  /** What the text says in its first line of this type; 0 for nothing. */
  private static int said(String type, String text) {
    Matcher line = LINE.matcher(text);
    return line.lookingAt() && line.group(1).equals(type) ? Integer.parseInt(line.group(2)) : 0;
  }

  /**
   * @param base what the operator says; 0 for nothing
   * @throws Refusal CONFLICT when there is a version that the text's author may not know
   */
  static void check(Cabinet cabinet, Caller caller, String type, String text, int base)
      throws Refusal {
    DeviceModel model = cabinet.devices().models().get(type);
    if (model == null) {
      return;
    }
    ModelVersion newest = model.newest();
    int known = base != 0 ? base : said(type, text);
    if (known == newest.number()) {
      return;
    }
    if (base < 0 || base > newest.number()) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "there is no version %d of %s; the newest is %d".formatted(base, type, newest.number()));
    }
    String about =
        "version %d of %s, which %s wrote at %s%s"
            .formatted(
                newest.number(),
                type,
                newest.by(),
                newest.at(),
                newest.why().isEmpty() ? "" : " (" + newest.why() + ")");
    if (known > 0) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "the file was made of version %d, but there is %s: %s tells what has come meanwhile; put it into the file, then say --base %d"
              .formatted(
                  known,
                  about,
                  model.version(known).isPresent()
                      ? "model diff %s %d %d".formatted(type, known, newest.number())
                      : "model export " + type,
                  newest.number()));
    }
    if (!newest.by().isEmpty() && !newest.by().equals(caller.user())) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "nobody says which version the file was made of, and there is %s: model export %s shows it; if the file has what it says, say --base %d"
              .formatted(about, type, newest.number()));
    }
  }
}
