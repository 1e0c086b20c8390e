package io.cade.mib.snmp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snmp4j.PDU;
import org.snmp4j.PDUv1;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Null;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/**
 * GET, GETNEXT and GETBULK as RFC 3416 section 4.2 has them, with RFC 3584 section 4.2 for SNMPv1:
 * Counter64 does not exist there, and exceptions become noSuchName. Stateless.
 */
final class ReadProcessor {
  private ReadProcessor() {}

  /**
   * What a response carries.
   *
   * @param error an error status of {@link PDU}
   * @param index the variable binding that is wrong, from 1; 0 for none
   * @param bindings of a response without error
   */
  record Result(int error, int index, List<VariableBinding> bindings) {
    static Result error(int error, int index) {
      return new Result(error, index, List.of());
    }
  }

  /**
   * Answers a request.
   *
   * @param limit most octets of all variable bindings together
   */
  static Result read(PDU request, Subtrees.Reading reading, View view, int limit) {
    boolean v1 = request instanceof PDUv1;
    return switch (request.getType()) {
      case PDU.GET ->
          each(request, limit, b -> v1 ? getV1(b, reading, view) : get(b, reading, view));
      case PDU.GETNEXT ->
          each(request, limit, b -> v1 ? nextV1(b, reading, view) : next(b, reading, view));
      case PDU.GETBULK -> bulk(request, reading, view, limit);
      default -> throw new IllegalArgumentException("not a request to read");
    };
  }

  /** Answers one variable binding; null: there is nothing in terms of SNMPv1. */
  private interface One {
    @Nullable VariableBinding answer(OID asked);
  }

  private static Result each(PDU request, int limit, One one) {
    var answers = new ArrayList<VariableBinding>(request.size());
    int octets = 0;
    for (int i = 0; i < request.size(); i++) {
      VariableBinding answer;
      try {
        answer = one.answer(request.get(i).getOid());
      } catch (RuntimeException e) { // logged where it happened
        return Result.error(PDU.genErr, i + 1);
      }
      if (answer == null) {
        return Result.error(PDU.noSuchName, i + 1);
      }
      answers.add(answer);
      octets += answer.getBERLength();
    }
    return octets > limit ? Result.error(PDU.tooBig, 0) : new Result(PDU.noError, 0, answers);
  }

  private static VariableBinding get(OID asked, Subtrees.Reading reading, View view) {
    return new VariableBinding(asked, reading.get(asked, view));
  }

  private static @Nullable VariableBinding getV1(OID asked, Subtrees.Reading reading, View view) {
    Variable value = reading.get(asked, view);
    return value.isException() || value instanceof Counter64
        ? null
        : new VariableBinding(asked, value);
  }

  private static VariableBinding next(OID asked, Subtrees.Reading reading, View view) {
    VariableBinding found = reading.next(asked, view);
    return found == null ? new VariableBinding(asked, Null.endOfMibView) : found;
  }

  private static @Nullable VariableBinding nextV1(OID asked, Subtrees.Reading reading, View view) {
    VariableBinding found = reading.next(asked, view);
    while (found != null && found.getVariable() instanceof Counter64) {
      found = reading.next(found.getOid(), view);
    }
    return found;
  }

  /** Rows that do not fit are left out; huge repetitions end with the space for them. */
  private static Result bulk(PDU request, Subtrees.Reading reading, View view, int limit) {
    int size = request.size();
    int single = Math.clamp(request.getNonRepeaters(), 0, size);
    int repetitions = Math.max(0, request.getMaxRepetitions());
    var answers = new ArrayList<VariableBinding>();
    int octets = 0;
    int at = 0;
    try {
      for (; at < single; at++) {
        VariableBinding answer = next(request.get(at).getOid(), reading, view);
        octets += answer.getBERLength();
        if (octets > limit) {
          return new Result(PDU.noError, 0, answers);
        }
        answers.add(answer);
      }
      OID[] last = new OID[size - single];
      for (int i = 0; i < last.length; i++) {
        last[i] = request.get(single + i).getOid();
      }
      for (int repetition = 0; repetition < repetitions && last.length > 0; repetition++) {
        boolean more = false;
        for (int i = 0; i < last.length; i++) {
          at = single + i;
          VariableBinding answer = next(last[i], reading, view);
          octets += answer.getBERLength();
          if (octets > limit) {
            return new Result(PDU.noError, 0, answers);
          }
          answers.add(answer);
          last[i] = answer.getOid();
          more |= !answer.getVariable().isException();
        }
        if (!more) {
          break;
        }
      }
      return new Result(PDU.noError, 0, answers);
    } catch (RuntimeException e) { // logged where it happened
      return Result.error(PDU.genErr, at + 1);
    }
  }
}
