package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;

/**
 * The SSH host key of each slot (Ed25519, in OpenSSH's form): {@value #PRIVATE_KEY} and {@value
 * #PUBLIC_KEY}. Made when it is first asked for and kept, so that a replacement card is known by
 * the key of its slot (SPEC C2) and nobody is asked to trust a new one. Thread-safe: one lock.
 */
public final class HostKeySource implements BootFileSource {
  public static final String PRIVATE_KEY = "ssh/ssh_host_ed25519_key";
  public static final String PUBLIC_KEY = "ssh/ssh_host_ed25519_key.pub";

  private final Path directory;
  private final SecureRandom random;

  /**
   * @param directory readable by the engine's user only; a file for each slot
   */
  public HostKeySource(Path directory, SecureRandom random) {
    this.directory = directory;
    this.random = random;
  }

  @Override
  public Optional<BootFile> open(CardPosition position, String name) throws IOException {
    return switch (name) {
      case PRIVATE_KEY -> Optional.of(BootFile.of(privateKey(key(position))));
      case PUBLIC_KEY -> Optional.of(BootFile.of(publicKey(key(position), position)));
      default -> Optional.empty();
    };
  }

  private synchronized Ed25519PrivateKeyParameters key(CardPosition position) throws IOException {
    Path file = directory.resolve(position + ".seed");
    if (!Files.exists(file)) {
      write(file, new Ed25519PrivateKeyParameters(random).getEncoded());
    }
    byte[] seed = Files.readAllBytes(file);
    if (seed.length != Ed25519PrivateKeyParameters.KEY_SIZE) {
      throw new IOException(
          file
              + " should have "
              + Ed25519PrivateKeyParameters.KEY_SIZE
              + " bytes; delete it to make "
              + "a new host key for slot "
              + position);
    }
    return new Ed25519PrivateKeyParameters(seed);
  }

  private void write(Path file, byte[] seed) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel out =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer rest = ByteBuffer.wrap(seed);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private static byte[] privateKey(Ed25519PrivateKeyParameters key) throws IOException {
    String body =
        Base64.getMimeEncoder(70, new byte[] {'\n'})
            .encodeToString(OpenSSHPrivateKeyUtil.encodePrivateKey(key));
    return ("-----BEGIN OPENSSH PRIVATE KEY-----\n"
            + body
            + "\n-----END OPENSSH PRIVATE KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] publicKey(Ed25519PrivateKeyParameters key, CardPosition position)
      throws IOException {
    String body =
        Base64.getEncoder()
            .encodeToString(OpenSSHPublicKeyUtil.encodePublicKey(key.generatePublicKey()));
    return ("ssh-ed25519 " + body + " card-" + position + "\n").getBytes(StandardCharsets.US_ASCII);
  }
}
