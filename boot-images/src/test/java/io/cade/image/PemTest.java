package io.cade.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Random;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Test;

class PemTest {
  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void bouncyCastleReadsWhatIsWrittenAndWritesTheSame() throws IOException {
    for (int length : new int[] {1, 2, 3, 47, 48, 49, 96, 121, 1200}) {
      byte[] der = random(length);
      String text = Pem.write("PUBLIC KEY", der);
      try (PemReader reader = new PemReader(new StringReader(text))) {
        PemObject block = reader.readPemObject();
        assertThat(block.getType()).isEqualTo("PUBLIC KEY");
        assertThat(block.getContent()).isEqualTo(der);
      }
      StringWriter theirs = new StringWriter();
      try (PemWriter writer = new PemWriter(theirs)) {
        writer.writeObject(new PemObject("PUBLIC KEY", der));
      }
      assertThat(theirs.toString().replace("\r\n", "\n")).isEqualTo(text);
    }
  }

  @Test
  void blocksAreReadInTheirOrderWithWhatStandsBetweenThemPassedOver() throws IOException {
    String text =
        "a key\n"
            + Pem.write("PRIVATE KEY", random(60)).replace("\n", "\r\n")
            + "\nits other half\n"
            + Pem.write("PUBLIC KEY", random(50));
    assertThat(Pem.read(text))
        .extracting(Pem.Block::type)
        .containsExactly("PRIVATE KEY", "PUBLIC KEY");
    assertThat(Pem.read(text).getFirst().der()).isEqualTo(random(60));
    assertThat(Pem.read(text).getLast().der()).isEqualTo(random(50));
    assertThat(Pem.read("no key at all")).isEmpty();
  }

  @Test
  void cutAndAlteredBlocksAreRefused() {
    String text = Pem.write("PUBLIC KEY", random(50));
    for (int end = "-----BEGIN ".length(); end < text.length() - 1; end++) {
      String cut = text.substring(0, end);
      assertThatThrownBy(() -> Pem.read(cut)).as(cut).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> Pem.read(text.replaceFirst("\n.", "\n*")))
        .hasMessageContaining("not Base64");
    assertThatThrownBy(() -> Pem.read(text.replace("END PUBLIC", "END PRIVATE")))
        .hasMessageContaining("does not end");
  }
}
