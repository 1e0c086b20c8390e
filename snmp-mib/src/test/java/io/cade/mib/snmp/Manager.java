package io.cade.mib.snmp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An SNMP manager, written here or a real program: the agent's contract is run with each. */
interface Manager extends AutoCloseable {

  /** With which rights it asks. */
  enum As {
    COMMUNITY,
    WRONG_COMMUNITY,
    USER,
    USER_WITH_WRONG_PASSPHRASE,
    UNKNOWN_USER,
    USER_WITHOUT_PRIVACY
  }

  /**
   * An object; the value is a number in decimal or a text, enumerations as numbers.
   *
   * @param oid dotted, without a leading dot
   */
  record Entry(String oid, String value) {}

  /**
   * @param entries what was read, empty if nothing
   * @param error why not, null if all went well: {@code timeout} or the error the agent or library
   *     names
   */
  record Answer(List<Entry> entries, @Nullable String error) {}

  Answer get(As as, String... instances);

  /** Walks a subtree with GETNEXT. */
  Answer walk(As as, String root);

  /** Walks a subtree with GETBULK. */
  Answer bulkWalk(As as, String root);

  Answer setText(As as, String instance, String value);

  @Override
  void close() throws Exception;
}
