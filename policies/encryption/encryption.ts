import { given, isPresent, isSet, known, reference } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { typeToken } from "../engine/sdk-types";
import { integer, text } from "../engine/setting-schema";
import { atLeast, atMost, mustBe } from "../engine/violation";
import { customerKey, customerKeySetting } from "./customer-key";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { ExternalKey, Key, ReplicaExternalKey, ReplicaKey } from "@pulumi/aws/kms";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";
import { Topic } from "@pulumi/aws/sns";
import { Queue } from "@pulumi/aws/sqs";

export const streamEncryption = resourcePolicy("kinesis-stream-encryption", Stream, {
  severity: "high",
  rule: "Encrypt a stream at rest with KMS.",
  reason: "A stream is not encrypted at rest by default.",
  fix: "Set encryptionType to KMS and kmsKeyId to a key of your own.",
  controls: ["Kinesis.1"],
  source: "https://docs.aws.amazon.com/streams/latest/dev/server-side-encryption.html",
  config: {
    ...customerKeySetting,
    remedyKey: text("Key that a remediation sets.", "alias/aws/kinesis", "^[\\w:/-]+$"),
  },
  remedy: (stream, { remedyKey }) => ({
    encryptionType: "KMS",
    ...(!isSet(stream, "kmsKeyId") && { kmsKeyId: remedyKey }),
  }),
  *check(stream, config) {
    if (stream.encryptionType !== "KMS") {
      yield* mustBe("encryptionType", stream.encryptionType, "KMS");
    } else if (!reference(stream, "kmsKeyId").set) {
      yield { fact: "kmsKeyId is not set", limit: "encryption with KMS needs a key" };
    } else {
      yield* customerKey(stream, "kmsKeyId", config);
    }
  },
});

export const applicationEncryption = resourcePolicy("flink-application-encryption", Application, {
  rule: "Encrypt a Flink application's state with a key of your own.",
  reason:
    "Checkpoints, snapshots and local state hold the events of the open windows. The service encrypts them with a key of its own unless it is given one.",
  fix: "Set applicationConfiguration.applicationEncryptionConfiguration to keyType CUSTOMER_MANAGED_KEY with a keyId.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/key-management-flink.html",
  config: customerKeySetting,
  *check({ applicationConfiguration }, config) {
    const path = "applicationConfiguration.applicationEncryptionConfiguration";
    const encryption = applicationConfiguration?.applicationEncryptionConfiguration;
    if (config.requireCustomerManagedKey && encryption?.keyType !== "CUSTOMER_MANAGED_KEY") {
      yield {
        fact: `${path}.keyType is ${encryption?.keyType ?? "not set"}`,
        limit: "a customer managed key is required",
      };
    } else if (isPresent(encryption)) {
      yield* customerKey(encryption, "keyId", config, path);
    }
  },
});

export const domainEncryption = resourcePolicy("opensearch-domain-encryption-at-rest", Domain, {
  severity: "high",
  rule: "Encrypt a domain at rest.",
  reason: "Indices, logs and snapshots of a domain hold the results in clear text otherwise.",
  fix: "Set encryptAtRest.enabled and encryptAtRest.kmsKeyId.",
  controls: ["Opensearch.1"],
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html",
  config: customerKeySetting,
  *check({ encryptAtRest }, config) {
    if (encryptAtRest?.enabled !== true) {
      yield* mustBe("encryptAtRest.enabled", encryptAtRest?.enabled, true);
    } else {
      yield* customerKey(encryptAtRest, "kmsKeyId", config, "encryptAtRest");
    }
  },
});

export const logGroupEncryption = resourcePolicy("cloudwatch-log-group-encryption", LogGroup, {
  rule: "Encrypt a log group with a key of your own.",
  reason:
    "Logs repeat what went wrong, events included. CloudWatch Logs encrypts them with a key of its own unless it is given one.",
  fix: "Set kmsKeyId.",
  source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
  config: customerKeySetting,
  check: (group, config) => customerKey(group, "kmsKeyId", config),
});

export const topicEncryption = resourcePolicy("sns-topic-encryption", Topic, {
  rule: "Encrypt a topic at rest.",
  reason:
    "Messages wait unencrypted by default. With the AWS managed key alias/aws/sns CloudWatch alarms cannot publish to the topic.",
  fix: "Set kmsMasterKeyId to a key whose policy lets the publishers use it.",
  controls: ["SNS.1"],
  source: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
  config: customerKeySetting,
  *check(topic, config) {
    if (!reference(topic, "kmsMasterKeyId").set) {
      yield { fact: "kmsMasterKeyId is not set", limit: "a topic must be encrypted" };
    } else {
      yield* customerKey(topic, "kmsMasterKeyId", config);
    }
  },
});

export const queueEncryption = resourcePolicy("sqs-queue-encryption", Queue, {
  rule: "Encrypt a queue at rest.",
  reason:
    "Failed events wait in queues for days. SQS encrypts new queues with a key of its own, which everybody who may read the queue reads through.",
  fix: "Set kmsMasterKeyId to a key of your own, or sqsManagedSseEnabled where that is enough.",
  controls: ["SQS.1"],
  source:
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
  config: customerKeySetting,
  *check(queue, config) {
    if (reference(queue, "kmsMasterKeyId").set || config.requireCustomerManagedKey) {
      yield* customerKey(queue, "kmsMasterKeyId", config);
    } else if (queue.sqsManagedSseEnabled !== true) {
      yield {
        fact: "neither kmsMasterKeyId nor sqsManagedSseEnabled is set",
        limit: "a queue must be encrypted",
      };
    }
  },
});

export const variables = resourcePolicy("lambda-function-environment-encryption", LambdaFunction, {
  severity: "low",
  rule: "Encrypt a function's environment variables with a key of your own.",
  reason:
    "Lambda encrypts environment variables with a key of its own, which everybody who may read the function's configuration can use.",
  fix: "Set kmsKeyArn, or do without environment variables.",
  source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
  config: customerKeySetting,
  *check(lambda, config) {
    // Unknown in a preview counts as some.
    const count = known(() => given(lambda.environment?.variables).length);
    if (count !== 0) {
      yield* customerKey(lambda, "kmsKeyArn", config);
    }
  },
});

export const keyRotation = resourcePolicy("kms-key-rotation", Key, {
  rule: "Rotate a symmetric key's material.",
  reason: "Rotation bounds how much is ever encrypted with the same material.",
  fix: "Set enableKeyRotation, and rotationPeriodInDays to no more than the limit.",
  controls: ["KMS.4"],
  source: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  config: {
    maxDays: integer("Most days between two rotations.", 365, [90, 2560]),
  },
  *check(key, { maxDays }) {
    // KMS cannot rotate asymmetric and HMAC keys, nor those whose material lies in a key store of the customer's.
    const isSymmetric = (key.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") === "SYMMETRIC_DEFAULT";
    if (!isSymmetric || isSet(key, "customKeyStoreId") || isSet(key, "xksKeyId")) {
      return;
    }
    const days = key.rotationPeriodInDays ?? 365;
    if (key.enableKeyRotation !== true) {
      yield* mustBe("enableKeyRotation", key.enableKeyRotation, true);
    } else {
      yield* atMost(days, maxDays, `rotationPeriodInDays is ${days}`);
    }
  },
});

const keyTypes = [Key, ReplicaKey, ExternalKey, ReplicaExternalKey].map(typeToken);

export const keyDeletionWindow = typesPolicy("kms-key-deletion-window", keyTypes, {
  severity: "high",
  rule: "Leave enough days between the deletion of a key and its end.",
  reason:
    "What a key encrypted is lost with it. The window is the time in which a mistake can be undone.",
  fix: "Raise deletionWindowInDays, or lower minDays in the policy's configuration.",
  source: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  config: {
    minDays: integer("Shortest waiting time, in days.", 30, [7, 30]),
  },
  *check(key, { minDays }) {
    const days = (key["deletionWindowInDays"] ?? 30) as number;
    yield* atLeast(days, minDays, `deletionWindowInDays is ${days}`);
  },
});
