"""The bindings of protocols, as the tables of the protocols' own pages.

The notation is that of `grammar`, with three additions:

    KafkaServerBinding: 0.3.0, 0.4.0    the versions that have such an object, oldest first; it has
                                        a `bindingVersion`, which is one of them or `latest`
    since 0.4.0, until 0.2.0            the first or the last version that has the field
    since AsyncAPI 3.1                  the first version of AsyncAPI that has the field

A binding without `bindingVersion` is of the newest version. What has no version of its own is a
part of a binding, and goes by the version of that.

Sources: the pages in https://github.com/asyncapi/bindings, of each version that was published; for
what they leave open (which fields are required, the least and the most), the JSON Schemas of
https://github.com/asyncapi/spec-json-schemas. Where both name a field differently, both names are
here: `maxMsgSpoolSize` and `maxMsgSpoolUsage` of Solace, `Statements` and `statements` of SQS.
"""

__all__ = ["MAY_BE_EMPTY", "ONE_OF", "OPEN", "PROTOCOLS", "TABLES", "VARIANTS"]

#: Protocols that have a field in every bindings object.
PROTOCOLS = frozenset(
    """
    amqp amqp1 anypointmq googlepubsub http ibmmq jms kafka mercure mqtt mqtt5 nats pulsar redis
    ros2 sns solace sqs stomp ws
    """.split()  # noqa: SIM905  # read as a list
)

#: Objects that may be written as `{}`, although they have required fields.
MAY_BE_EMPTY = frozenset(("SnsChannelBinding", "SqsOperationBinding"))

#: Objects that may have fields besides those of their tables, from a version on.
OPEN = {"KafkaTopicConfiguration": "0.5.0"}

#: Objects that must have one of some fields.
ONE_OF = {
    "AwsPrincipal": ("AWS", "Service"),
    "SqsPolicy": ("statements", "Statements"),
}

#: Objects that are told by the value of a field, and what it is when it is absent.
VARIANTS = {"AmqpChannelBinding": ("is", ""), "IbmMqChannelBinding": ("destinationType", "")}

#: A protocol that a bindings object does not list here has no fields there (`EmptyBinding`).
TABLES = """
ServerBindings
  ibmmq                IbmMqServerBinding
  jms                  JmsServerBinding
  kafka                KafkaServerBinding
  mqtt                 MqttServerBinding
  mqtt5                Mqtt5ServerBinding
  pulsar               PulsarServerBinding
  ros2                 Ros2ServerBinding                since AsyncAPI 3.1
  solace               SolaceServerBinding

ChannelBindings
  amqp                 AmqpChannelBinding
  anypointmq           AnypointMqChannelBinding
  googlepubsub         GooglePubSubChannelBinding
  ibmmq                IbmMqChannelBinding
  jms                  JmsChannelBinding
  kafka                KafkaChannelBinding
  pulsar               PulsarChannelBinding
  ros2                 EmptyBinding                     since AsyncAPI 3.1
  sns                  SnsChannelBinding
  sqs                  SqsChannelBinding
  ws                   WebSocketsChannelBinding

OperationBindings
  amqp                 AmqpOperationBinding
  http                 HttpOperationBinding
  kafka                KafkaOperationBinding
  mqtt                 MqttOperationBinding
  nats                 NatsOperationBinding
  ros2                 Ros2OperationBinding             since AsyncAPI 3.1
  sns                  SnsOperationBinding
  solace               SolaceOperationBinding
  sqs                  SqsOperationBinding

MessageBindings
  amqp                 AmqpMessageBinding
  anypointmq           AnypointMqMessageBinding
  googlepubsub         GooglePubSubMessageBinding
  http                 HttpMessageBinding
  ibmmq                IbmMqMessageBinding
  jms                  JmsMessageBinding
  kafka                KafkaMessageBinding
  mqtt                 MqttMessageBinding
  ros2                 EmptyBinding                     since AsyncAPI 3.1

EmptyBinding

WebSocketsChannelBinding: 0.1.0
  method               "GET" | "POST"
  query                ObjectSchema&
  headers              ObjectSchema&

HttpOperationBinding: 0.1.0, 0.2.0, 0.3.0
  type!                "request" | "response"           until 0.1.0
  method               "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" | "CONNECT"
                       | "TRACE"
  query                ObjectSchema&

HttpMessageBinding: 0.1.0, 0.2.0, 0.3.0
  headers              ObjectSchema&
  statusCode           number                           since 0.3.0

KafkaServerBinding: 0.1.0, 0.2.0, 0.3.0, 0.4.0, 0.5.0
  schemaRegistryUrl    string                           since 0.3.0
  schemaRegistryVendor string                           since 0.3.0

KafkaChannelBinding: 0.1.0, 0.2.0, 0.3.0, 0.4.0, 0.5.0
  topic                string                           since 0.3.0
  partitions           positive                         since 0.3.0
  replicas             positive                         since 0.3.0
  topicConfiguration   KafkaTopicConfiguration          since 0.4.0

KafkaTopicConfiguration
  cleanup.policy       ["delete" | "compact"]
  retention.ms         -1..
  retention.bytes      -1..
  delete.retention.ms  natural
  max.message.bytes    natural
  confluent.key.schema.validation        boolean        since 0.5.0
  confluent.key.subject.name.strategy    string         since 0.5.0
  confluent.value.schema.validation      boolean        since 0.5.0
  confluent.value.subject.name.strategy  string         since 0.5.0

KafkaOperationBinding: 0.1.0, 0.2.0, 0.3.0, 0.4.0, 0.5.0
  groupId              Schema&
  clientId             Schema&

KafkaMessageBinding: 0.1.0, 0.2.0, 0.3.0, 0.4.0, 0.5.0
  key                  open
  schemaIdLocation     "header" | "payload"             since 0.3.0
  schemaIdPayloadEncoding                string         since 0.3.0
  schemaLookupStrategy string                           since 0.3.0

AmqpChannelBinding: 0.1.0, 0.2.0, 0.3.0
  is                   "queue" | "routingKey"
  exchange             AmqpExchange
  queue                AmqpQueue

AmqpChannelBinding queue
  queue!               AmqpQueue

AmqpChannelBinding routingKey
  exchange!            AmqpExchange

AmqpExchange
  name                 short
  type                 "topic" | "direct" | "fanout" | "default" | "headers"
  durable              boolean
  autoDelete           boolean
  vhost                string

AmqpQueue
  name                 short
  durable              boolean
  exclusive            boolean
  autoDelete           boolean
  vhost                string

AmqpOperationBinding: 0.1.0, 0.2.0, 0.3.0
  expiration           natural
  userId               string
  cc                   [string]
  priority             integer
  deliveryMode         1 | 2
  mandatory            boolean
  bcc                  [string]
  replyTo              string                           until 0.2.0
  timestamp            boolean
  ack                  boolean

AmqpMessageBinding: 0.1.0, 0.2.0, 0.3.0
  contentEncoding      string
  messageType          string

MqttServerBinding: 0.1.0, 0.2.0
  clientId             string
  cleanSession         boolean
  lastWill             MqttLastWill
  keepAlive            integer
  sessionExpiryInterval                  natural | Schema&       since 0.2.0
  maximumPacketSize    1..4294967295 | Schema&          since 0.2.0

MqttLastWill
  topic                string
  qos                  0 | 1 | 2
  message              string
  retain               boolean

MqttOperationBinding: 0.1.0, 0.2.0
  qos                  0 | 1 | 2
  retain               boolean
  messageExpiryInterval                  0..4294967295 | Schema& since 0.2.0

MqttMessageBinding: 0.1.0, 0.2.0
  payloadFormatIndicator                 0 | 1          since 0.2.0
  correlationData      Schema&                          since 0.2.0
  contentType          string                           since 0.2.0
  responseTopic        string | Schema&                 since 0.2.0

Mqtt5ServerBinding: 0.1.0, 0.2.0
  sessionExpiryInterval                  natural | Schema&       since 0.2.0

NatsOperationBinding: 0.1.0
  queue                short

GooglePubSubChannelBinding: 0.1.0, 0.2.0
  labels               {any}
  messageRetentionDuration               string
  messageStoragePolicy GooglePubSubStoragePolicy
  schemaSettings!      GooglePubSubSchemaSettings
  topic!               string                           until 0.1.0

GooglePubSubStoragePolicy
  allowedPersistenceRegions              [string]

GooglePubSubSchemaSettings
  encoding!            string
  firstRevisionId      string
  lastRevisionId       string
  name!                string

GooglePubSubMessageBinding: 0.1.0, 0.2.0
  attributes           {any}
  orderingKey          string
  schema               GooglePubSubSchemaDefinition

GooglePubSubSchemaDefinition
  name!                string
  type!                string                           until 0.1.0

SnsChannelBinding: 0.1.0, 0.2.0, 1.0.0
  name!                string
  ordering             SnsOrdering
  policy               SnsPolicy
  tags                 {any}

SnsOrdering
  type!                "standard" | "FIFO"
  contentBasedDeduplication              boolean

SnsPolicy
  statements!          [AwsStatement]

AwsStatement
  effect!              "Allow" | "Deny"
  principal!           string | [string] | AwsPrincipal
  action!              string | [string]
  resource             string | [string]                since 0.2.0
  condition            {any} | [{any}]                  since 0.2.0

AwsPrincipal
  AWS                  string | [string]
  Service              string | [string]

SnsOperationBinding: 0.1.0, 0.2.0, 1.0.0
  topic                SnsIdentifier
  consumers            [SnsConsumer]+
  deliveryPolicy       SnsDeliveryPolicy

SnsIdentifier
  url                  string
  email                string
  phone                string
  arn                  string
  name                 string

SnsConsumer
  protocol!            "http" | "https" | "email" | "email-json" | "sms" | "sqs" | "application"
                       | "lambda" | "firehose"
  endpoint!            SnsIdentifier
  filterPolicy         {any}
  filterPolicyScope    "MessageAttributes" | "MessageBody"
  rawMessageDelivery!  boolean
  redrivePolicy        SnsRedrivePolicy
  deliveryPolicy       SnsDeliveryPolicy
  displayName          string

SnsDeliveryPolicy
  minDelayTarget       integer
  maxDelayTarget       integer
  numRetries           integer
  numNoDelayRetries    integer
  numMinDelayRetries   integer
  numMaxDelayRetries   integer
  backoffFunction      "arithmetic" | "exponential" | "geometric" | "linear"
  maxReceivesPerSecond integer

SnsRedrivePolicy
  deadLetterQueue!     SnsIdentifier
  maxReceiveCount      integer

SqsChannelBinding: 0.1.0, 0.2.0, 0.3.0
  queue!               SqsQueue
  deadLetterQueue      SqsQueue

SqsOperationBinding: 0.1.0, 0.2.0, 0.3.0
  queues!              [SqsQueue&]

SqsQueue
  name!                string
  fifoQueue!           boolean
  deduplicationScope   "queue" | "messageGroup"
  fifoThroughputLimit  "perQueue" | "perMessageGroupId"
  deliveryDelay        0..900
  visibilityTimeout    0..43200
  receiveMessageWaitTime                 integer
  messageRetentionPeriod                 60..1209600
  redrivePolicy        SqsRedrivePolicy
  policy               SqsPolicy
  tags                 {any}

SqsRedrivePolicy
  deadLetterQueue!     SqsIdentifier
  maxReceiveCount      integer

SqsIdentifier
  arn                  string
  name                 string

SqsPolicy
  statements           [SqsStatement]
  Statements           [SqsStatement]

SqsStatement
  effect!              "Allow" | "Deny"
  principal!           string | [string] | AwsPrincipal
  action!              string | [string]
  resource             string | [string]                since 0.3.0
  condition            {any} | [{any}]                  since 0.3.0

PulsarServerBinding: 0.1.0
  tenant               string

PulsarChannelBinding: 0.1.0
  namespace!           string
  persistence!         "persistent" | "non-persistent"
  compaction           natural
  geo-replication      [string]
  retention            PulsarRetention
  ttl                  integer
  deduplication        boolean

PulsarRetention
  time                 natural
  size                 natural

IbmMqServerBinding: 0.1.0
  groupId              string
  ccdtQueueManagerName string
  cipherSpec           string
  multiEndpointServer  boolean
  heartBeatInterval    0..999999

IbmMqChannelBinding: 0.1.0
  destinationType      "topic" | "queue"
  queue                IbmMqQueue
  topic                IbmMqTopic
  maxMsgLength         0..104857600

IbmMqChannelBinding queue
  queue!               IbmMqQueue

IbmMqQueue
  objectName!          string(48)
  isPartitioned        boolean
  exclusive            boolean

IbmMqTopic
  string               string(10240)
  objectName           string(48)
  durablePermitted     boolean
  lastMsgRetained      boolean

IbmMqMessageBinding: 0.1.0
  type                 "string" | "jms" | "binary"
  headers              string
  description          string
  expiry               natural

SolaceServerBinding: 0.1.0, 0.2.0, 0.3.0, 0.4.0
  msgVpn               string
  msvVpn               string                           until 0.2.0
  clientName           string(160)                      since 0.4.0

SolaceOperationBinding: 0.1.0, 0.2.0, 0.3.0, 0.4.0
  destinations         [SolaceDestination]
  timeToLive           integer | Schema&                since 0.4.0
  priority             0..255 | Schema&                 since 0.4.0
  dmqEligible          boolean                          since 0.4.0

SolaceDestination
  bindingVersion       string
  destinationType      "queue" | "topic"
  deliveryMode         "direct" | "persistent"
  queue                SolaceQueue
  topic                SolaceTopic
  topicSubscriptions   [string]

SolaceQueue
  name                 string
  topicSubscriptions   [string]
  accessType           "exclusive" | "nonexclusive"
  maxMsgSpoolSize      string                           since 0.3.0
  maxMsgSpoolUsage     string                           since 0.3.0
  maxTtl               string                           since 0.3.0

SolaceTopic
  topicSubscriptions   [string]

AnypointMqChannelBinding: 0.0.1, 0.1.0
  destination          string
  destinationType      "exchange" | "queue" | "fifo-queue"

AnypointMqMessageBinding: 0.0.1, 0.1.0
  headers              ObjectSchema&

JmsServerBinding: 0.0.1
  jmsConnectionFactory!                  string
  properties           [JmsProperty]
  clientID             string

JmsProperty
  name!                string
  value!               scalar

JmsChannelBinding: 0.0.1
  destination          string
  destinationType      "queue" | "fifo-queue"

JmsMessageBinding: 0.0.1
  headers              ObjectSchema&

Ros2ServerBinding: 0.1.0
  rmwImplementation    string
  domainId             0..231

Ros2OperationBinding: 0.1.0
  role!                "publisher" | "action_client" | "service_client" | "subscriber"
                       | "action_server" | "service_server"
  node!                string
  qosPolicies          Ros2QosPolicies

Ros2QosPolicies
  reliability          "best_effort" | "reliable"
  history              "keep_last" | "keep_all" | "unknown"
  durability           "transient_local" | "volatile"
  lifespan             -1..
  deadline             -1..
  liveliness           "automatic" | "manual"
  leaseDuration        -1..
"""
