package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Renders {@value #FILE_NAME}, the script that iPXE runs: it loads the card's image by HTTP and
 * starts it. A card without an image says so on its console and tries again after a pause, so that
 * it comes up by itself once there is one. To hand the script out is one boot: who boots once more,
 * also because the image could not be loaded, asks for it once more. Thread-safe.
 */
public final class IpxeScriptSource implements BootFileSource {
  public static final String FILE_NAME = "boot.ipxe";

  private final ImageStore store;
  private final String baseUrl;

  /**
   * @param baseUrl of the boot HTTP server, without a slash at its end
   */
  public IpxeScriptSource(ImageStore store, String baseUrl) {
    this.store = store;
    this.baseUrl = baseUrl;
  }

  @Override
  public Optional<BootFile> open(CardPosition position, String name) throws IOException {
    return name.equals(FILE_NAME)
        ? Optional.of(rendered(position, store.bootOf(position)))
        : Optional.empty();
  }

  @Override
  public Optional<BootFile> look(CardPosition position, String name) {
    return name.equals(FILE_NAME)
        ? Optional.of(rendered(position, store.imageOf(position)))
        : Optional.empty();
  }

  private BootFile rendered(CardPosition position, Optional<BootImage> chosen) {
    String script = chosen.map(image -> script(position, image)).orElseGet(() -> without(position));
    return BootFile.of(script.getBytes(StandardCharsets.US_ASCII));
  }

  private String script(CardPosition position, BootImage image) {
    StringBuilder text = new StringBuilder();
    text.append("#!ipxe\n")
        .append("# card ")
        .append(position)
        .append(": ")
        .append(image.name())
        .append(' ')
        .append(image.version())
        .append('\n')
        .append("set base ")
        .append(baseUrl)
        .append("/\n")
        .append(":again\n");
    List<String> initrds = image.initrds();
    text.append("kernel ${base}").append(ImageSource.nameOf(image.kernel(), "vmlinuz"));
    // UEFI kernels find their initial file systems by these names, others take them all.
    for (int i = 0; i < initrds.size(); i++) {
      text.append(" initrd=initrd").append(i);
    }
    if (!image.commandLine().isEmpty()) {
      text.append(' ').append(image.commandLine());
    }
    text.append(" || goto wait\n");
    for (int i = 0; i < initrds.size(); i++) {
      text.append("initrd --name initrd")
          .append(i)
          .append(" ${base}")
          .append(ImageSource.nameOf(initrds.get(i), "initrd" + i))
          .append(" || goto wait\n");
    }
    return text.append("boot || goto wait\n")
        .append(":wait\n")
        .append("echo the image cannot be loaded, next try in 10 s\n")
        .append("imgfree\n")
        .append("sleep 10\n")
        // The engine may want another image by now: an attempt with this one is over.
        .append("chain --replace --autofree ${base}" + FILE_NAME + " || goto again\n")
        .toString();
  }

  private String without(CardPosition position) {
    return """
    #!ipxe
    # card %s
    echo no image is assigned to card %s, asking again in 10 s
    sleep 10
    chain --replace --autofree %s/%s
    """
        .formatted(position, position, baseUrl, FILE_NAME);
  }
}
