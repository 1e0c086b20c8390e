package io.cade.proxy.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadFieldsTest {
  private static HeadFields of(String lines) {
    byte[] head = lines.getBytes(StandardCharsets.ISO_8859_1);
    HeadFields fields = new HeadFields(head, 0, head.length, 2);
    for (int at = 0; at < head.length; ) {
      int end = lines.indexOf("\r\n", at);
      int colon = lines.indexOf(':', at);
      fields.enter(at, colon, colon + 1, end);
      at = end + 2;
    }
    return fields;
  }

  private static String written(HeadFields fields) {
    byte[] to = new byte[fields.writtenLength() + 3];
    int end = fields.write(to, 3);
    assertThat(end).isEqualTo(to.length);
    return new String(to, 3, end - 3, StandardCharsets.ISO_8859_1);
  }

  @Test
  void untouchedFieldsLeaveInTheirOrderSpellingAndBytes() {
    String lines = "hOsT: a.example\r\nX-Note: caf\u00e9 \u00ff\r\nX: 1\r\nX: 2\r\n";
    assertThat(written(of(lines))).isEqualTo(lines);
  }

  @Test
  void blanksAroundAValueAreNotPartOfIt() {
    HeadFields fields = of("A:1\r\nB:  2\t \r\nC:\t3\r\nD:\r\nE:   \r\n");
    assertThat(fields.entries().stream().map(Map.Entry::getValue))
        .containsExactly("1", "2", "3", "", "");
    assertThat(written(fields)).isEqualTo("A: 1\r\nB: 2\r\nC: 3\r\nD: \r\nE: \r\n");
  }

  @Test
  void blankBeforeTheColonIsLeftOut() {
    byte[] line = "Name :v\r\n".getBytes(StandardCharsets.US_ASCII);
    HeadFields fields = new HeadFields(line, 0, line.length, 1);
    fields.enter(0, 4, 6, 7);
    assertThat(written(fields)).isEqualTo("Name: v\r\n");
  }

  @Test
  void namesAreFoundInAnySpellingAndNoOthers() {
    HeadFields fields = of("Content-Length: 5\r\nContent-Lengt: 6\r\nXontent-Length: 7\r\n");
    assertThat(fields.get("CONTENT-length")).isEqualTo("5");
    assertThat(fields.getInt("content-length")).isEqualTo(5);
    assertThat(fields.count("Content-Length")).isEqualTo(1);
    assertThat(fields.contains("Content-Lengthy")).isFalse();
    assertThat(fields.contains("")).isFalse();
    assertThat(fields.get("absent")).isNull();
    assertThat(fields.getAll("absent")).isEmpty();
  }

  @Test
  void struckFieldsAreGoneAndSetOnesComeLast() {
    HeadFields fields = of("A: 1\r\nB: 2\r\na: 3\r\nC: 4\r\n");
    fields.remove("a").set("B", "new").add("C", "5");
    assertThat(written(fields)).isEqualTo("C: 4\r\nB: new\r\nC: 5\r\n");
    assertThat(fields.size()).isEqualTo(3);
    assertThat(fields.getAll("c")).containsExactly("4", "5");
  }

  @Test
  void fieldThatWouldEndALineIsNotTaken() {
    HeadFields fields = of("A: 1\r\n");
    for (String bad : new String[] {"x\r\nEvil: 1", "x\ny", "nul\0", "del\u007f"}) {
      assertThatThrownBy(() -> fields.set("B", bad)).isInstanceOf(IllegalArgumentException.class);
    }
    for (String bad : new String[] {"", "a b", "a:b", "a\r"}) {
      assertThatThrownBy(() -> fields.add(bad, "v")).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(written(fields)).isEqualTo("A: 1\r\n");
  }

  @Test
  void textsAreSoughtInAllThatWillBeWritten() {
    HeadFields fields = of("Location: http://127.1.2.3/\r\nETag: 127.1.2.\r\n");
    assertThat(fields.mayHold("127.1.2.3", "://")).isTrue();
    assertThat(fields.mayHold("127.1.2.4", "|||")).isFalse();
    fields.add("Link", "ftp://x");
    assertThat(fields.mayHold("nothing", "ftp://x")).isTrue();
    assertThat(fields.mayHold("nothing", "ftp://xy")).isFalse();
  }

  @Test
  void anyRowOfChangesLeadsToWhatNettysHeadersWouldHold() {
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      HeadFields ours = of("Host: h\r\nAccept: */*\r\nCookie: a\r\n");
      HttpHeaders theirs = new DefaultHttpHeaders();
      theirs.add("Host", "h").add("Accept", "*/*").add("Cookie", "a");
      List<String> names = List.of("Host", "host", "Accept", "X-New", "x-new", "Cookie", "Via");
      for (int i = 0; i < 40; i++) {
        String name = names.get(random.nextInt(names.size()));
        String value = "v".repeat(random.nextInt(60));
        switch (random.nextInt(4)) {
          case 0 ->
              assertThat(ours.add(name, value).size()).isEqualTo(theirs.add(name, value).size());
          case 1 ->
              assertThat(ours.set(name, value).size()).isEqualTo(theirs.set(name, value).size());
          case 2 -> assertThat(ours.remove(name).size()).isEqualTo(theirs.remove(name).size());
          default -> assertThat(ours.getAll(name)).isEqualTo(theirs.getAll(name));
        }
      }
      List<String> sorted = new ArrayList<>();
      theirs.entries().forEach(e -> sorted.add(e.getKey() + ": " + e.getValue()));
      assertThat(written(ours).lines())
          .as("seed " + seed)
          .containsExactlyInAnyOrderElementsOf(sorted);
    }
  }
}
