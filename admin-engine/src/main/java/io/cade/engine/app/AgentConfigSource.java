package io.cade.engine.app;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.WireJson;
import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootFileSource;
import io.cade.engine.pki.EnrolmentSecrets;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Renders {@value CardBootConfig#FILE_NAME}. Each rendering has a fresh one-time secret, which
 * makes the one before it void: what somebody may have kept from an earlier boot is worth nothing
 * (DESIGN §7). Thread-safe.
 */
final class AgentConfigSource implements BootFileSource {
  private final EngineConfig config;
  private final String gatewayHost;
  private final String caCertificatePem;
  private final EnrolmentSecrets secrets;
  private final WireJson json = new WireJson();

  AgentConfigSource(EngineConfig config, String caCertificatePem, EnrolmentSecrets secrets) {
    this.config = config;
    this.gatewayHost = config.toldAddress();
    this.caCertificatePem = caCertificatePem;
    this.secrets = secrets;
  }

  @Override
  public Optional<BootFile> open(CardPosition position, String name) {
    return name.equals(CardBootConfig.FILE_NAME)
        ? Optional.of(BootFile.of(render(position)))
        : Optional.empty();
  }

  private byte[] render(CardPosition position) {
    return json.encode(
        new CardBootConfig(
            position,
            gatewayHost,
            config.ports().gateway(),
            caCertificatePem,
            secrets.issue(position),
            address(position),
            config.ports().poke(),
            config.ports().service(),
            config.reportInterval()));
  }

  private String address(CardPosition position) {
    return InetAddress.ofLiteral(config.addressOf(position)).getHostAddress();
  }

  /** Puts the file where a card of the management chassis finds it; readable by the owner only. */
  void place(CardPosition position, Path directory) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path fresh = directory.resolve(CardBootConfig.FILE_NAME + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer content = ByteBuffer.wrap(render(position));
      while (content.hasRemaining()) {
        channel.write(content);
      }
    }
    Files.move(fresh, directory.resolve(CardBootConfig.FILE_NAME), StandardCopyOption.ATOMIC_MOVE);
  }
}
