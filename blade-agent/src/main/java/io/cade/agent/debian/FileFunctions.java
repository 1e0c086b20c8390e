package io.cade.agent.debian;

import io.cade.agent.device.NoItemException;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Regular files, replaced by renaming. The way to a file is walked directory by directory from the
 * root, held open meanwhile, and never over a link: nobody who may write to a directory on the way
 * can lead Cade, which is root, somewhere else.
 */
final class FileFunctions implements ItemFunctions<FileItem> {
  private static final int SPECIAL_BITS = 07000;
  private static final int MODE_BITS = 07777;

  private final Path root;
  private final Accounts accounts;

  FileFunctions(Path root, Accounts accounts) {
    this.root = root;
    this.accounts = accounts;
  }

  /** Who a file belongs to, by numbers. */
  record Owner(int user, int group) {}

  @Override
  public void check(FileItem wanted) throws IOException {
    var _ = owner(wanted.owner());
  }

  private Owner owner(String text) throws IOException {
    if (text.isEmpty()) {
      return new Owner(0, 0);
    }
    int colon = text.indexOf(':');
    return new Owner(
        accounts.userId(text.substring(0, colon)), accounts.groupId(text.substring(colon + 1)));
  }

  @Override
  public DeviceItem look(String path) throws IOException {
    try (SecureDirectoryStream<Path> parent = parent(path, false)) {
      Path file = root.resolve(path.substring(1));
      Map<String, Object> attributes =
          Files.readAttributes(file, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
      String content = content(parent, path, name(path));
      int mode = number(attributes, "mode") & MODE_BITS;
      if ((mode & SPECIAL_BITS) != 0) {
        throw new NoItemException(path + " has set-user-id, set-group-id or sticky bits");
      }
      int user = number(attributes, "uid");
      int group = number(attributes, "gid");
      return new FileItem(
          path,
          content,
          "0%03o".formatted(mode),
          user == 0 && group == 0 ? "" : accounts.userName(user) + ":" + accounts.groupName(group));
    } catch (NoSuchFileException e) {
      return new AbsentItem("file:" + path);
    }
  }

  private static int number(Map<String, Object> attributes, String name) {
    return (Integer) Objects.requireNonNull(attributes.get(name), name);
  }

  private static String content(SecureDirectoryStream<Path> parent, String path, Path name)
      throws IOException {
    // Before it is opened: opening a pipe would wait for whoever writes to it.
    var attributes =
        parent
            .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (!attributes.isRegularFile()) {
      throw new NoItemException(
          path
              + " is "
              + (attributes.isDirectory()
                  ? "a directory"
                  : attributes.isSymbolicLink() ? "a link" : "no regular file"));
    }
    int limit = DeviceItem.MAX_CONTENT * 4;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SeekableByteChannel in =
        parent.newByteChannel(
            name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
      while (bytes.size() <= limit && in.read(buffer.clear()) >= 0) {
        bytes.write(buffer.array(), 0, buffer.position());
      }
    }
    if (bytes.size() > limit) {
      throw new NoItemException(path + " has " + attributes.size() + " bytes, too many for an item");
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
      if (text.length() > DeviceItem.MAX_CONTENT || text.indexOf('\0') >= 0) {
        throw new NoItemException(path + " has " + bytes.size() + " bytes and is no item's text");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new NoItemException(path + " has " + bytes.size() + " bytes that are no text");
    }
  }

  @Override
  public void change(FileItem wanted) throws IOException {
    write(wanted.path(), wanted.content(), wanted.mode(), owner(wanted.owner()));
  }

  /** Writes a file as a whole; directories that are missing on the way are made, root's, 0755. */
  void write(String path, String content, String mode, Owner owner) throws IOException {
    Path fresh = Path.of(".cade-" + Integer.toHexString(path.hashCode()) + ".new");
    try (SecureDirectoryStream<Path> parent = parent(path, true)) {
      delete(parent, fresh);
      try {
        try (SeekableByteChannel out =
            parent.newByteChannel(
                fresh,
                Set.of(
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")))) {
          ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
          PosixFileAttributeView view =
              parent.getFileAttributeView(
                  fresh, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
          own(view, owner);
          view.setPermissions(permissions(mode));
          ((FileChannel) out).force(true);
        }
        parent.move(fresh, parent, name(path));
      } finally {
        delete(parent, fresh);
      }
    }
    sync(path);
  }

  private static void own(PosixFileAttributeView view, Owner owner) throws IOException {
    var lookup = Path.of("/").getFileSystem().getUserPrincipalLookupService();
    // Names that are numbers are taken as such: those of the root's own accounts.
    view.setOwner(lookup.lookupPrincipalByName(Integer.toString(owner.user())));
    view.setGroup(lookup.lookupPrincipalByGroupName(Integer.toString(owner.group())));
  }

  private static Set<PosixFilePermission> permissions(String mode) {
    int bits = Integer.parseInt(mode, 8);
    StringBuilder text = new StringBuilder();
    for (int i = 8; i >= 0; i--) {
      text.append((bits >> i & 1) == 0 ? '-' : "xwr".charAt(i % 3));
    }
    return PosixFilePermissions.fromString(text.toString());
  }

  /** The new name too must survive a power cut. */
  private void sync(String path) throws IOException {
    Path parent = root.resolve(path.substring(1)).getParent();
    if (parent != null) {
      try (FileChannel names = FileChannel.open(parent, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  @Override
  public void remove(String path) throws IOException {
    try (SecureDirectoryStream<Path> parent = parent(path, false)) {
      parent.deleteFile(name(path));
    } catch (NoSuchFileException e) {
      return;
    }
    sync(path);
  }

  /** Makes a directory of an account in its home, unless it is there. */
  void makePrivateDirectory(String path, Owner owner) throws IOException {
    try (SecureDirectoryStream<Path> parent = parent(path, false)) {
      Path place = root.resolve(path.substring(1));
      if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(
            place,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (SecureDirectoryStream<Path> made = step(parent, path, name(path))) {
          own(made.getFileAttributeView(PosixFileAttributeView.class), owner);
        }
      }
    }
  }

  private static void delete(SecureDirectoryStream<Path> parent, Path name) throws IOException {
    try {
      parent.deleteFile(name);
    } catch (NoSuchFileException e) {
      // So much the better.
    }
  }

  private static Path name(String path) {
    return Path.of(path.substring(path.lastIndexOf('/') + 1));
  }

  /** The directory that holds a file, held open; to be closed by the caller. */
  @SuppressWarnings("StreamResourceLeak")
  private SecureDirectoryStream<Path> parent(String path, boolean make) throws IOException {
    SecureDirectoryStream<Path> here = secure(Files.newDirectoryStream(root), path);
    Path place = root;
    String[] names = path.substring(1).split("/", -1);
    try {
      for (int i = 0; i < names.length - 1; i++) {
        Path name = Path.of(names[i]);
        place = place.resolve(names[i]);
        SecureDirectoryStream<Path> next;
        try {
          next = step(here, path, name);
        } catch (NoSuchFileException e) {
          if (!make) {
            throw e;
          }
          makeDirectory(place);
          next = step(here, path, name);
        }
        here.close();
        here = next;
      }
      return here;
    } catch (IOException | RuntimeException e) {
      here.close();
      throw e;
    }
  }

  private static void makeDirectory(Path place) throws IOException {
    try {
      Files.createDirectory(place);
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (FileAlreadyExistsException e) {
      // Somebody else was faster; what it is shows in the next step.
    }
  }

  private static SecureDirectoryStream<Path> step(
      SecureDirectoryStream<Path> from, String path, Path name) throws IOException {
    try {
      return from.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) {
      throw new NoItemException(
          "on the way to " + path + " is no directory but a link or a file: " + name
              + "; name the place itself");
    }
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream, String path)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException(path + ": this file system cannot be walked without following links");
  }
}
