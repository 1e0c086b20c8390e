package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads in a directory, {@code POSITION/crash/NAME} and {@code POSITION/log/NAME}, readable by
 * the engine's user only. A crash dump is never overwritten, a log is replaced as a whole. What is
 * being written rests in {@value #PARTS} under another name and is gone after a restart.
 * Thread-safe: one lock for the accounts; writing is done without it.
 */
public final class DirectoryUploads implements UploadStore {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryUploads.class);
  private static final String CRASH = "crash";
  private static final Set<String> FOLDERS = Set.of(CRASH, "log");
  private static final String PARTS = ".parts";
  private static final FileAttribute<?> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path root;
  private final UploadLimits limits;

  // Guarded by this.
  private final Map<CardPosition, Account> accounts = new HashMap<>();
  private long nextPart;

  private DirectoryUploads(Path root, UploadLimits limits) {
    this.root = root;
    this.limits = limits;
  }

  /** What a card has: complete files, counted anew at every opening, and those being written. */
  private static final class Account {
    private long storedBytes;
    private int storedFiles;
    private long openBytes;
    private int openFiles;

    long bytes() {
      return storedBytes + openBytes;
    }
  }

  /**
   * Opens the directory, making it the first time.
   *
   * @throws IOException when it cannot be read or written
   */
  public static DirectoryUploads open(Path root, UploadLimits limits) throws IOException {
    Path parts = root.resolve(PARTS);
    Files.createDirectories(root, PRIVATE_FOLDER);
    Files.createDirectories(parts, PRIVATE_FOLDER);
    for (Path leftover : list(parts)) {
      Files.delete(leftover);
    }
    return new DirectoryUploads(root, limits);
  }

  @Override
  public synchronized UploadLookup open(CardPosition position, String name, OptionalLong announced)
      throws IOException {
    String[] segments = name.split("/", -1);
    if (segments.length != 2 || !FOLDERS.contains(segments[0]) || segments[1].startsWith(".")) {
      return new UploadLookup.Refused(BootOutcome.REFUSED_UPLOAD_PATH);
    }
    Path target = root.resolve(position.toString()).resolve(segments[0]).resolve(segments[1]);
    boolean keep = segments[0].equals(CRASH);
    if (keep && Files.exists(target)) {
      return new UploadLookup.Refused(BootOutcome.REFUSED_UPLOAD_EXISTS);
    }
    Account account = account(position);
    if (announced.orElse(0) > limits.maxFileBytes()
        || account.bytes() + announced.orElse(1) > limits.maxCardBytes()
        || account.storedFiles + account.openFiles >= limits.maxCardFiles()
        || Files.getFileStore(root).getUsableSpace()
            < limits.minFreeBytes() + announced.orElse(1)) {
      return new UploadLookup.Refused(BootOutcome.REFUSED_UPLOAD_SPACE);
    }
    Path part = root.resolve(PARTS).resolve(Long.toString(nextPart++));
    FileChannel channel =
        FileChannel.open(
            part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE_FILE);
    account.openFiles++;
    return new UploadLookup.Opened(position, name, new Part(account, part, target, keep, channel));
  }

  private Account account(CardPosition position) throws IOException {
    Account account = accounts.computeIfAbsent(position, p -> new Account());
    // The operator may have taken files away.
    account.storedBytes = 0;
    account.storedFiles = 0;
    for (String folder : FOLDERS) {
      for (Path file : list(root.resolve(position.toString()).resolve(folder))) {
        account.storedBytes += Files.size(file);
        account.storedFiles++;
      }
    }
    return account;
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private final class Part implements Upload {
    private final Account account;
    private final Path part;
    private final Path target;
    private final boolean keep;
    private final FileChannel channel;
    private long bytes;
    private boolean over;

    Part(Account account, Path part, Path target, boolean keep, FileChannel channel) {
      this.account = account;
      this.part = part;
      this.target = target;
      this.keep = keep;
      this.channel = channel;
    }

    @Override
    public void write(byte[] more) throws IOException {
      synchronized (DirectoryUploads.this) {
        if (bytes + more.length > limits.maxFileBytes()) {
          throw new NoRoom("a file has at most " + limits.maxFileBytes() + " bytes");
        }
        if (account.bytes() + more.length > limits.maxCardBytes()) {
          throw new NoRoom("a card's files have at most " + limits.maxCardBytes() + " bytes");
        }
        account.openBytes += more.length;
        bytes += more.length;
      }
      ByteBuffer rest = ByteBuffer.wrap(more);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }

    @Override
    public void complete() throws IOException {
      channel.force(true);
      synchronized (DirectoryUploads.this) {
        if (over) {
          throw new IOException("given up meanwhile");
        }
        Files.createDirectories(target.getParent(), PRIVATE_FOLDER);
        long replaced = Files.exists(target) ? Files.size(target) : -1;
        if (keep && replaced >= 0) {
          throw new IOException(target.getFileName() + " is there already");
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        over = true;
        settle();
        account.storedBytes += bytes - Math.max(0, replaced);
        account.storedFiles += replaced < 0 ? 1 : 0;
      }
      channel.close();
      try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    }

    /** Under the lock: no longer being written. */
    private void settle() {
      account.openBytes -= bytes;
      account.openFiles--;
    }

    @Override
    public void close() {
      synchronized (DirectoryUploads.this) {
        if (over) {
          return;
        }
        over = true;
        settle();
      }
      try {
        channel.close();
        Files.deleteIfExists(part);
      } catch (IOException e) {
        LOG.warn("leftover {} of an upload stays until the next start", part, e);
      }
    }
  }
}
