package io.cade.mib.snmp;

import io.cade.mib.MibOids;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Properties;
import java.util.random.RandomGenerator;
import org.snmp4j.smi.OID;

/**
 * Who this SNMP engine is and how often it has started (RFC 3414 section 2.2). Both must survive
 * restarts: managers keep the id with the keys derived from it, and refuse messages from a lower
 * number of boots as replayed.
 *
 * @param engineIdHex snmpEngineID in hexadecimal: our enterprise number, then format 5 and eight
 *     random octets (RFC 3411 section 5)
 * @param boots snmpEngineBoots, from 1
 */
record EngineIdentity(String engineIdHex, int boots) {
  private static final String FILE = "snmp-engine";
  private static final HexFormat HEX = HexFormat.of();

  /**
   * The latched value that RFC 3414 section 2.2.2 lets no engine pass; one below it a new identity
   * is taken.
   */
  private static final int LAST_BOOTS = Integer.MAX_VALUE - 1;

  /**
   * Reads the file {@code snmp-engine}, counts this start and writes it back before it returns. The
   * first start makes the id.
   *
   * @throws IOException if the file cannot be read or written or does not make sense
   */
  static EngineIdentity startedIn(Path folder, RandomGenerator random) throws IOException {
    Path file = folder.resolve(FILE);
    EngineIdentity identity;
    if (Files.exists(file)) {
      EngineIdentity last = read(file);
      identity =
          last.boots >= LAST_BOOTS
              ? fresh(random)
              : new EngineIdentity(last.engineIdHex, last.boots + 1);
    } else {
      identity = fresh(random);
    }
    identity.write(folder, file);
    return identity;
  }

  /**
   * The identity of the engine that was {@linkplain #startedIn started} in this folder: of its
   * other half, which sends traps. The first start makes it if there was none.
   *
   * @throws IOException if the file cannot be read or does not make sense
   */
  static EngineIdentity of(Path folder, RandomGenerator random) throws IOException {
    Path file = folder.resolve(FILE);
    return Files.exists(file) ? read(file) : startedIn(folder, random);
  }

  /** The octets of snmpEngineID. */
  byte[] engineId() {
    return HEX.parseHex(engineIdHex);
  }

  /** An identity for an engine that is authoritative for nothing and so need not be kept. */
  static EngineIdentity passing(RandomGenerator random) {
    return fresh(random);
  }

  private static EngineIdentity fresh(RandomGenerator random) {
    int enterprise = new OID(MibOids.CADE_ENTERPRISE).last();
    byte[] chosen = new byte[8];
    random.nextBytes(chosen);
    byte[] id =
        ByteBuffer.allocate(13).putInt(enterprise | 0x8000_0000).put((byte) 5).put(chosen).array();
    return new EngineIdentity(HEX.formatHex(id), 1);
  }

  private static EngineIdentity read(Path file) throws IOException {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      byte[] id = HEX.parseHex(properties.getProperty("engineId", ""));
      int boots = Integer.parseInt(properties.getProperty("boots", ""));
      if (id.length < 5 || id.length > 32 || boots < 1) {
        throw new IllegalArgumentException("engineId or boots out of range");
      }
      return new EngineIdentity(HEX.formatHex(id), boots);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "SNMP engine file "
              + file
              + " is damaged ("
              + e.getMessage()
              + "): restore it, or delete it and let SNMPv3 managers discover the new engine id",
          e);
    }
  }

  private void write(Path folder, Path file) throws IOException {
    Path next = folder.resolve(FILE + ".new");
    byte[] text =
        ("engineId=" + engineIdHex + "\nboots=" + boots + "\n").getBytes(StandardCharsets.US_ASCII);
    try (var channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var buffer = ByteBuffer.wrap(text);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    } catch (IOException e) {
      throw new IOException(
          "SNMP engine file " + file + " cannot be written: " + e.getMessage(), e);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true); // the rename itself
    }
  }
}
