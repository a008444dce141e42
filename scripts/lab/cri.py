"""Speaks CRI, by which Kubernetes drives containerd: the few messages that tests need.

    client = Client("/run/containerd/socket")
    answer = client.call("ExecSync", container_id="c", cmd=["true"])   # a message: answer.exit_code
"""

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# Names and numbers of the fields: api.proto of k8s.io/cri-api, package runtime.v1. `*`: repeated.
MESSAGES = {
    "Empty": "",
    "KeyValue": "key:string=1 value:string=2",
    "Int64Value": "value:int64=1",
    "NamespaceOption": "network:int32=1 pid:int32=2 ipc:int32=3 target_id:string=4",
    "PodSandboxMetadata": "name:string=1 uid:string=2 namespace:string=3",
    "LinuxSandboxSecurityContext": "namespace_options:NamespaceOption=1",
    "LinuxPodSandboxConfig": "cgroup_parent:string=1"
    " security_context:LinuxSandboxSecurityContext=2",
    "PodSandboxConfig": "metadata:PodSandboxMetadata=1 hostname:string=2 log_directory:string=3"
    " linux:LinuxPodSandboxConfig=8",
    "Capability": "add_capabilities:*string=1 drop_capabilities:*string=2",
    "LinuxContainerSecurityContext": "capabilities:Capability=1 privileged:bool=2"
    " namespace_options:NamespaceOption=3 run_as_user:Int64Value=5 readonly_rootfs:bool=7"
    " no_new_privs:bool=11",
    "LinuxContainerResources": "cpu_period:int64=1 cpu_quota:int64=2 cpu_shares:int64=3"
    " memory_limit_in_bytes:int64=4 oom_score_adj:int64=5",
    "LinuxContainerConfig": "resources:LinuxContainerResources=1"
    " security_context:LinuxContainerSecurityContext=2",
    "ContainerMetadata": "name:string=1",
    "ImageSpec": "image:string=1",
    "Mount": "container_path:string=1 host_path:string=2 readonly:bool=3",
    "ContainerConfig": "metadata:ContainerMetadata=1 image:ImageSpec=2 command:*string=3"
    " args:*string=4 working_dir:string=5 envs:*KeyValue=6 mounts:*Mount=7 log_path:string=11"
    " linux:LinuxContainerConfig=15",
    "ContainerStatus": "id:string=1 state:int32=3 exit_code:int32=7 reason:string=10",
    "UInt64Value": "value:uint64=1",
    "CpuUsage": "usage_core_nano_seconds:UInt64Value=2",
    "MemoryUsage": "working_set_bytes:UInt64Value=2",
    "ContainerStats": "cpu:CpuUsage=2 memory:MemoryUsage=3",
    "PodSandbox": "id:string=1",
    "RunPodSandboxRequest": "config:PodSandboxConfig=1 runtime_handler:string=2",
    "RunPodSandboxResponse": "pod_sandbox_id:string=1",
    "StopPodSandboxRequest": "pod_sandbox_id:string=1",
    "RemovePodSandboxRequest": "pod_sandbox_id:string=1",
    "VersionRequest": "",
    "ListPodSandboxRequest": "",
    "ListPodSandboxResponse": "items:*PodSandbox=1",
    "CreateContainerRequest": "pod_sandbox_id:string=1 config:ContainerConfig=2"
    " sandbox_config:PodSandboxConfig=3",
    "CreateContainerResponse": "container_id:string=1",
    "StartContainerRequest": "container_id:string=1",
    "StopContainerRequest": "container_id:string=1 timeout:int64=2",
    "RemoveContainerRequest": "container_id:string=1",
    "ContainerStatusResponse": "status:ContainerStatus=1",
    "ContainerStatusRequest": "container_id:string=1",
    "UpdateContainerResourcesRequest": "container_id:string=1 linux:LinuxContainerResources=2",
    "ContainerStatsRequest": "container_id:string=1",
    "ContainerStatsResponse": "stats:ContainerStats=1",
    "ExecSyncRequest": "container_id:string=1 cmd:*string=2 timeout:int64=3",
    "ExecSyncResponse": "stdout:bytes=1 stderr:bytes=2 exit_code:int32=3",
}
NODE = 2  # NamespaceMode: the machine's
EXITED = 2  # ContainerState


def field_of(text):
    """A field's descriptor, by its line: name:type=number."""
    name, _, rest = text.partition(":")
    kind, _, number = rest.partition("=")
    field = descriptor_pb2.FieldDescriptorProto(name=name, number=int(number))
    field.label = field.LABEL_REPEATED if kind[0] == "*" else field.LABEL_OPTIONAL
    kind = kind.lstrip("*")
    if kind in MESSAGES:
        field.type, field.type_name = field.TYPE_MESSAGE, kind
    else:
        field.type = getattr(field, f"TYPE_{kind.upper()}")
    return field


def classes():
    """A class for each message."""
    file = descriptor_pb2.FileDescriptorProto(name="cri.proto", syntax="proto3")
    for name, fields in MESSAGES.items():
        file.message_type.add(name=name).field.extend(map(field_of, fields.split()))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    make = getattr(message_factory, "GetMessageClass", None)  # protobuf 22 and later
    make = make or message_factory.MessageFactory(pool).GetPrototype
    return {name: make(pool.FindMessageTypeByName(name)) for name in MESSAGES}


class Client:
    """A connection to a socket."""

    def __init__(self, socket, patience):
        self.channel = grpc.insecure_channel(f"unix:{socket}")
        self.classes, self.patience = classes(), patience

    def call(self, verb, **fields):
        """Calls a verb, waits for its answer. Throws grpc.RpcError."""
        return self.begin(verb, **fields).result()

    def begin(self, verb, **fields):
        """Calls a verb; .result() waits for its answer."""
        answer = self.classes.get(f"{verb}Response", self.classes["Empty"])
        method = self.channel.unary_unary(
            f"/runtime.v1.RuntimeService/{verb}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        request = self.classes[f"{verb}Request"](**fields)
        return method.future(request, timeout=self.patience)
